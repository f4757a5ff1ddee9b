import { type ConnectionLike, isGrpcServiceError } from "@temporalio/client";
import proto from "@temporalio/proto";
import { CountersignError } from "../core/countersign-error.ts";
import { waitFor, type Waiting } from "./wait-for.ts";

const { INDEXED_VALUE_TYPE_DATETIME, INDEXED_VALUE_TYPE_KEYWORD } = proto.temporal.api.enums.v1.IndexedValueType;

/** What runs can be searched by in Temporal. Wire names. */
const ATTRIBUTES = {
  GuardState: INDEXED_VALUE_TYPE_KEYWORD,
  GuardAction: INDEXED_VALUE_TYPE_KEYWORD,
  GuardTenant: INDEXED_VALUE_TYPE_KEYWORD,
  GuardActor: INDEXED_VALUE_TYPE_KEYWORD,
  GuardRun: INDEXED_VALUE_TYPE_KEYWORD,
  GuardDeadline: INDEXED_VALUE_TYPE_DATETIME,
} as const;

/** gRPC's codes for what this client may not do, and for what this server doesn't offer: on Temporal Cloud attributes are added elsewhere. */
const MAY_NOT = new Set([7, 12]);

/**
 * Adds the search attributes that are missing. Repeating does no harm; without them no run can be started.
 * @throws unavailable when one is there with another type, which the server itself would pass over in silence, or may not be added from here
 */
export async function ensureSearchAttributes(connection: ConnectionLike, namespace: string): Promise<void> {
  if ((await listMissingSearchAttributes(connection, namespace)).length === 0) return;
  await connection.operatorService
    .addSearchAttributes({ namespace, searchAttributes: { ...ATTRIBUTES } })
    .catch((error: unknown) => {
      // Then whoever administers the namespace has to: what is missing is told below.
      if (!isGrpcServiceError(error) || !MAY_NOT.has(error.code)) throw error;
    });
  const missing = await listMissingSearchAttributes(connection, namespace);
  if (missing.length > 0) {
    throw new CountersignError(
      "unavailable",
      `Temporal's namespace ${namespace} lacks the search attributes ${missing.map(describe).join(", ")}, or has them with another type`,
    );
  }
}

/** {@link ensureSearchAttributes}, tried until they are there or the wait is given up: a namespace may be made later than its clients. */
export function waitForSearchAttributes(
  { connection, namespace }: { readonly connection: ConnectionLike; readonly namespace: string },
  waiting: Waiting,
): Promise<void> {
  const attempt = (): Promise<void> => ensureSearchAttributes(connection, namespace);
  return waitFor({ what: "Temporal's search attributes", attempt, fields: { namespace } }, waiting);
}

/** Names of the search attributes that the namespace lacks or has with another type. Rejects when Temporal can't be asked. */
export async function listMissingSearchAttributes(connection: ConnectionLike, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.entries(ATTRIBUTES)
    .filter(([name, type]) => customAttributes[name] !== type)
    .map(([name]) => name);
}

function describe(name: string): string {
  return `${name} (${name === "GuardDeadline" ? "Datetime" : "Keyword"})`;
}
