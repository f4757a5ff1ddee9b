import type { GuardFilter, GuardView } from "../contract/guards.ts";
import type { Page } from "../contract/problem.ts";
import type { ListOptions, RequestOptions } from "./options.ts";
import { pathOf, type Query, type Transport } from "./transport.ts";

/** Looking at what limits keep between calls, and making them forget it; needs `admin`. */
export interface GuardsClient {
  /** Last changed first. */
  list(options?: GuardFilter & ListOptions): Promise<Page<GuardView>>;
  /** One guard by its view's id. @throws not_found */
  get(id: string, options?: RequestOptions): Promise<GuardView>;
  /** Makes it forget what it counted; recorded with the reason. What a budget has reserved stays. @throws not_found */
  reset(id: string, options?: RequestOptions & { readonly reason?: string | undefined }): Promise<GuardView>;
}

/** The client's side of `/v1/guards`. */
export function createGuardsClient(transport: Transport): GuardsClient {
  return {
    list: async (options = {}) => {
      const { signal, ...query } = options as RequestOptions & Query;
      return (await transport.send({ method: "GET", path: "/v1/guards", query, signal })) as Page<GuardView>;
    },
    get: async (id, { signal } = {}) =>
      (await transport.send({ method: "GET", path: pathOf`/v1/guards/${id}`, signal })) as GuardView,
    reset: async (id, { reason, signal } = {}) =>
      (await transport.send({
        ...{ method: "POST", path: pathOf`/v1/guards/${id}/reset`, signal },
        body: { reason },
      })) as GuardView,
  };
}
