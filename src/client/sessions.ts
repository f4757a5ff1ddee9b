import type { CloseSessionRequest, SessionQuery, SessionScopes, SessionView } from "../contract/sessions.ts";
import type { RequestOptions } from "./options.ts";
import { pathOf, type Transport } from "./transport.ts";

/**
 * Sessions, in which actions prove facts that others require. Without `onBehalfOf` (needs `act_as`) or `actor` (needs `audit` to look
 * and `admin` to close) they are the caller's own.
 */
export interface SessionsClient {
  /** The session's scopes and how many facts of each kind they hold. @throws not_found */
  get(id: string, options?: SessionQuery & RequestOptions): Promise<readonly SessionView[]>;
  /** Closes the session for good, or one scope of it: calls that require facts are refused there from then on. @throws not_found */
  close(id: string, options?: CloseSessionRequest & RequestOptions): Promise<readonly SessionView[]>;
}

/** The client's side of `/v1/sessions`; with `onBehalfOf` sessions are that actor's unless a request says otherwise. */
export function createSessionsClient(transport: Transport, onBehalfOf?: string): SessionsClient {
  const withOwner = <Owner extends SessionQuery>(owner: Owner): Owner =>
    owner.actor === undefined && owner.onBehalfOf === undefined && onBehalfOf !== undefined
      ? { ...owner, onBehalfOf }
      : owner;
  return {
    get: async (id, { signal, ...owner } = {}) => {
      const query = withOwner(owner);
      return itemsOf(await transport.send({ method: "GET", path: pathOf`/v1/sessions/${id}`, query, signal }));
    },
    close: async (id, { signal, ...request } = {}) =>
      itemsOf(
        await transport.send({
          ...{ method: "POST", path: pathOf`/v1/sessions/${id}/close`, body: withOwner(request), signal },
          // To close twice is to close once, so it may be sent again.
          idempotencyKey: `close-${globalThis.crypto.randomUUID()}`,
        }),
      ),
  };
}

function itemsOf(answer: unknown): readonly SessionView[] {
  return (answer as SessionScopes).items;
}
