import { z } from "zod";
import { Name } from "./principal.ts";

const Scope = z.string().min(1).max(200);

/** Whose session is meant when it is not the caller's own: somebody's that one acts for, or anybody's of the tenant by name. */
const owner = { onBehalfOf: Name.optional(), actor: Name.optional() };

/** Query of `GET /v1/sessions/{id}`. */
export const SessionQuery = z.strictObject(owner);
export type SessionQuery = z.infer<typeof SessionQuery>;

/** Body of `POST /v1/sessions/{id}/close`; without a scope all that the session has are closed. */
export const CloseSessionRequest = z.strictObject({ scope: Scope.optional(), ...owner });
export type CloseSessionRequest = z.infer<typeof CloseSessionRequest>;

/**
 * One scope of a session: how many facts of each kind it holds that have not expired, and until when it lasts unless more is proven.
 * What the facts are about is not told. A closed one proves nothing any more.
 */
export const SessionView = z.object({
  id: z.string(),
  scope: z.string(),
  actor: z.string(),
  facts: z.record(z.string(), z.int()),
  expiresAt: z.string(),
  closedAt: z.string().optional(),
});
export type SessionView = z.infer<typeof SessionView>;

/** A session's scopes, in alphabetical order. */
export const SessionScopes = z.object({ items: z.array(SessionView) });
export type SessionScopes = z.infer<typeof SessionScopes>;
