import type { SearchAttributePair } from "@temporalio/common";
import type { GuardedCall } from "../src/contract/run.ts";
import { GUARD_ACTION, GUARD_ACTOR, GUARD_RUN, GUARD_STATE, GUARD_TENANT } from "./search-attributes.ts";

/** What the run of a call can be found by from its first moment on. */
export function firstAttributesOf({ action, tenant, actor, run }: GuardedCall): SearchAttributePair[] {
  return [
    { key: GUARD_STATE, value: "accepted" },
    { key: GUARD_ACTION, value: action },
    { key: GUARD_TENANT, value: tenant },
    { key: GUARD_ACTOR, value: actor },
    ...(run === undefined ? [] : [{ key: GUARD_RUN, value: run }]),
  ];
}
