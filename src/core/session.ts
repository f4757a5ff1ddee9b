/** Where the facts of a session are kept apart unless the call says so. */
export const DEFAULT_SESSION_SCOPE = "default";

/** A session by its two names. */
export interface SessionPlace {
  readonly id: string;
  readonly scope: string;
}

/** The session that a call names: a text is short for its id. `undefined` for none, and for what is no session. */
export function readSession(session: unknown): SessionPlace | undefined {
  if (typeof session === "string") return { id: session, scope: DEFAULT_SESSION_SCOPE };
  if (typeof session !== "object" || session === null || !("id" in session) || typeof session.id !== "string")
    return undefined;
  const scope = "scope" in session && typeof session.scope === "string" ? session.scope : DEFAULT_SESSION_SCOPE;
  return { id: session.id, scope };
}
