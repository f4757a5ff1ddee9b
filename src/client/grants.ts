import type { GrantFilter, GrantView } from "../contract/grants.ts";
import type { Page } from "../contract/problem.ts";
import type { ListOptions, RequestOptions } from "./options.ts";
import { pathOf, type Query, type Transport } from "./transport.ts";

/** Approvals that were given in advance, with a vote: those that the caller gave or that are for the caller, with `audit` all. */
export interface GrantsClient {
  /** Newest first. */
  list(options?: GrantFilter & ListOptions): Promise<Page<GrantView>>;
  /** One grant with what is left of it. @throws not_found */
  get(id: string, options?: RequestOptions): Promise<GrantView>;
  /** Takes one back at once; one's own, or with `admin` anybody's. Revoking again changes nothing. @throws not_found, already_final */
  revoke(id: string, options?: RequestOptions): Promise<GrantView>;
}

/** The client's side of `/v1/grants`. */
export function createGrantsClient(transport: Transport): GrantsClient {
  return {
    list: async (options = {}) => {
      const { signal, ...query } = options as RequestOptions & Query;
      return (await transport.send({ method: "GET", path: "/v1/grants", query, signal })) as Page<GrantView>;
    },
    get: async (id, { signal } = {}) =>
      (await transport.send({ method: "GET", path: pathOf`/v1/grants/${id}`, signal })) as GrantView,
    revoke: async (id, { signal } = {}) =>
      (await transport.send({ method: "DELETE", path: pathOf`/v1/grants/${id}`, signal })) as GrantView,
  };
}
