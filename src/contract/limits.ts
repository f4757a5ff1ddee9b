/** Bytes of JSON in one input, frozen or sanitised. Our choice: rows, views and approvers' screens stay small. */
export const MAX_INPUT_BYTES = 65_536;
/** Bytes of JSON in one output; a larger one is an `action_failed`. Our choice, as for inputs. */
export const MAX_OUTPUT_BYTES = 65_536;
/** Bytes of a request body: an input at its limit and its envelope, or a policy document. */
export const MAX_BODY_BYTES = 262_144;
/** Containers inside containers in an input. Our choice: deep enough for any schema, shallow enough for recursion. */
export const MAX_INPUT_DEPTH = 64;
/** Milliseconds that `waitMs` may ask for. Below the 60 s at which most proxies give up. */
export const MAX_WAIT_MS = 60_000;
/** Milliseconds a call without `waitMs` waits for its answer. */
export const DEFAULT_WAIT_MS = 5_000;
/** Rows on a page of a list unless asked otherwise, and at most. */
export const DEFAULT_PAGE_LIMIT = 50;
/** Rows on a page of a list at most. */
export const MAX_PAGE_LIMIT = 200;
/** Characters of an action's name at most. Our choice: it is a part of URLs, queries and log lines. */
export const MAX_ACTION_NAME_LENGTH = 200;
/** Lower-case words joined by dots. It stands here, beside no schema, so that `defineAction` checks it without loading zod. */
export const ACTION_NAME_PATTERN = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/;
/** Milliseconds one attempt may take in mode `inline`: it runs inside a workflow task, which Temporal gives 10 s. */
export const MAX_INLINE_ATTEMPT_MS = 5_000;
/** Invocations that one replay of a policy looks at, unless asked for fewer. Our choice: a few seconds of work. */
export const MAX_REPLAYED = 10_000;
/** Changed verdicts that one replay lists; its counts cover all. Our choice: more than a person reads. */
export const MAX_LISTED_CHANGES = 200;
/** Characters of a webhook's URL at most. Our choice: what every proxy and server takes. */
export const MAX_WEBHOOK_URL_LENGTH = 2_048;
/** Webhooks of one tenant. Our choice: each event is looked at for each of them. */
export const MAX_WEBHOOKS = 50;
/** Deliveries that one replay schedules at most. */
export const MAX_REPLAYED_DELIVERIES = 10_000;
