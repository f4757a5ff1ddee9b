import type { ActionContext } from "./action.ts";

/** Which call a credential is asked for. */
export interface CredentialRequest extends Pick<ActionContext, "tenant" | "actor" | "run"> {
  /** Name of the action that asks. */
  readonly action: string;
  /** The invocation's id. */
  readonly invocation: string;
}

/** Where a worker fetches the secrets that its actions ask for: a vault, a file, a token exchange on behalf of the actor. */
export interface Credentials {
  /**
   * The credential of this name for this call. Asked each time that an action asks, so that what is rotated or revoked is so at once;
   * what it throws is shown to nobody.
   */
  get(name: string, call: CredentialRequest): Promise<string>;
}
