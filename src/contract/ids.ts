declare const brand: unique symbol;

/** A string that only the place that made or checked it can produce. */
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** An invocation's id, `ivn_` and 26 random base-32 characters; also the id of its approval. */
export type InvocationId = Branded<"InvocationId">;

/** A vote's id, `vote_` and 26 random base-32 characters. */
export type VoteId = Branded<"VoteId">;

/** A grant's id, `grt_` and 26 random base-32 characters. */
export type GrantId = Branded<"GrantId">;

/** A webhook's id, `whk_` and 26 random base-32 characters. */
export type WebhookId = Branded<"WebhookId">;

/** What names one invocation everywhere: the wall and the id behind it. */
export interface InvocationRef {
  readonly tenant: string;
  readonly id: InvocationId;
}
