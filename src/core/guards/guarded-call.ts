/** What guards know of a call: who, where, and the input that is being decided. */
export interface GuardedCallFacts {
  readonly tenant: string;
  readonly actor: string;
  readonly run: string | undefined;
  readonly session: { readonly id: string; readonly scope: string } | undefined;
  readonly action: string;
  /** The current round's input, parsed. Real values: they may be counted and compared, never shown. */
  readonly input: unknown;
}
