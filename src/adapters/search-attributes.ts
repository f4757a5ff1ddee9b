import type { ConnectionLike } from "@temporalio/client";
import proto from "@temporalio/proto";
import { CountersignError } from "../core/countersign-error.ts";

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

/**
 * Adds the search attributes that are missing. Repeating does no harm; without them no run can be started.
 * @throws unavailable when one is there with another type, which the server itself would pass over in silence
 */
export async function ensureSearchAttributes(connection: ConnectionLike, namespace: string): Promise<void> {
  if ((await listMissing(connection, namespace)).length === 0) return;
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { ...ATTRIBUTES } });
  const missing = await listMissing(connection, namespace);
  if (missing.length > 0) {
    throw new CountersignError(
      "unavailable",
      `Temporal's namespace lacks the search attributes ${missing.join(", ")}, or has them with another type`,
    );
  }
}

async function listMissing(connection: ConnectionLike, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.entries(ATTRIBUTES)
    .filter(([name, type]) => customAttributes[name] !== type)
    .map(([name]) => name);
}
