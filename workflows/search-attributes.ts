import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";

/** Where the invocation stands, in the words of its status. Wire name, like all below. */
export const GUARD_STATE = defineSearchAttributeKey("GuardState", SearchAttributeType.KEYWORD);
/** The action's name. */
export const GUARD_ACTION = defineSearchAttributeKey("GuardAction", SearchAttributeType.KEYWORD);
/** The tenant. */
export const GUARD_TENANT = defineSearchAttributeKey("GuardTenant", SearchAttributeType.KEYWORD);
/** Subject of the actor. */
export const GUARD_ACTOR = defineSearchAttributeKey("GuardActor", SearchAttributeType.KEYWORD);
/** The agent's run. */
export const GUARD_RUN = defineSearchAttributeKey("GuardRun", SearchAttributeType.KEYWORD);
/** Until when people may decide; absent when nobody is asked. */
export const GUARD_DEADLINE = defineSearchAttributeKey("GuardDeadline", SearchAttributeType.DATETIME);
