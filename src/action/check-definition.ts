import { MAX_ACTION_NAME_LENGTH, MAX_INLINE_ATTEMPT_MS } from "../contract/limits.ts";
import type { CountersignError } from "../core/countersign-error.ts";
import type { ActionExecution } from "./action.ts";
import type { ActionTerms } from "./action-limits.ts";
import { compensationName } from "./compensation-name.ts";
import { createFault, type Fault, type Fields, isActionName } from "./definition-fault.ts";
import { isAsyncFunction } from "./is-async-function.ts";
import { readActionApproval } from "./read-action-approval.ts";
import { readActionLimits } from "./read-action-limits.ts";

/** The longest time a Node timer can wait; a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;
/** RFC 6901, at least one step deep: to hide a whole input, name its fields. */
const JSON_POINTER_PATTERN = /^(\/([^~/]|~[01])*)+$/;
const RISKS = ["low", "medium", "high"];
const MODES = ["idempotent", "at_most_once", "verifiable", "inline"];
/** In the others nobody would ever ask it, which its author can't have meant. */
const PROBED_MODES = ["at_most_once", "verifiable"];
const DEFINITION_FIELDS = [
  "name",
  "title",
  "description",
  "risk",
  "requiredScopes",
  "tags",
  "approvalRequired",
  "approval",
  "input",
  "output",
  "secretFields",
  "execution",
  "limits",
  "run",
  "probe",
  "compensate",
  "proves",
];
const EXECUTION_COUNTS = ["attemptTimeoutMs", "totalTimeoutMs", "maxAttempts", "heartbeatTimeoutMs"] as const;
const EXECUTION_FIELDS = ["mode", ...EXECUTION_COUNTS, "retryOn"];

/**
 * Checks everything about a definition that its types promise and its loader can't rely on: modules are often run without a type check,
 * and a misspelt `approvalRequired` that passes in silence would open the gate.
 * @throws invalid_request, with a message that names the action and the field
 */
export function assertDefinition(definition: Fields): void {
  const fault = createFault(definition["name"]);
  assertName(definition["name"], fault);
  assertKnownFields(definition, DEFINITION_FIELDS, (field) => fault(field, "is not a field of an action"));
  assertTexts(definition, fault);
  if (definition["risk"] !== undefined && !isOneOf(definition["risk"], RISKS)) {
    throw fault("risk", `must be one of ${RISKS.join(", ")}`);
  }
  if (definition["approvalRequired"] !== undefined && typeof definition["approvalRequired"] !== "boolean") {
    throw fault("approvalRequired", "must be true or false");
  }
  readActionApproval(definition["approval"], fault);
  assertSchemas(definition, fault);
  assertWordLists(definition, fault);
  if (typeof definition["run"] !== "function") throw fault("run", "must be a function");
  if (definition["execution"] !== undefined) assertExecution(definition["execution"], fault);
  assertProbe(definition, fault);
  assertCompensate(definition, fault);
  assertProves(definition["proves"], fault);
  assertNoSecretAmounts(readActionLimits(definition, fault), definition["secretFields"], fault);
}

function assertProbe({ probe, execution }: Fields, fault: Fault): void {
  const { mode = "idempotent" } = (execution ?? {}) as ActionExecution;
  if (probe === undefined) {
    if (mode === "verifiable") throw fault("probe", "must be there in mode verifiable");
    return;
  }
  if (typeof probe !== "function") throw fault("probe", "must be a function");
  if (!PROBED_MODES.includes(mode)) throw fault("probe", `is only asked in the modes ${PROBED_MODES.join(" and ")}`);
}

function assertCompensate({ name, compensate }: Fields, fault: Fault): void {
  if (compensate === undefined) return;
  if (typeof compensate !== "function") throw fault("compensate", "must be a function");
  if (!isActionName(compensationName(String(name)))) {
    throw fault(
      "compensate",
      `needs a name of at most ${MAX_ACTION_NAME_LENGTH} characters with ${compensationName("")} behind it`,
    );
  }
}

function assertProves(proves: unknown, fault: Fault): void {
  if (proves === undefined) return;
  if (typeof proves !== "function") throw fault("proves", "must be a function");
  if (isAsyncFunction(proves)) throw fault("proves", "must not be async: nothing waits for it");
}

function assertName(name: unknown, fault: Fault): void {
  if (isActionName(name)) return;
  const shown = typeof name === "string" ? `, not ${JSON.stringify(name.slice(0, MAX_ACTION_NAME_LENGTH))}` : "";
  throw fault(
    "name",
    `must be lower-case words joined by dots, such as billing.issue_refund, of at most ${MAX_ACTION_NAME_LENGTH} characters${shown}`,
  );
}

function assertKnownFields(fields: Fields, known: readonly string[], fault: (field: string) => CountersignError): void {
  const unknown = Object.keys(fields).find((field) => !known.includes(field));
  if (unknown !== undefined) throw fault(unknown);
}

function assertTexts(definition: Fields, fault: Fault): void {
  const { title, description } = definition;
  if (typeof description !== "string" || description.trim() === "") {
    throw fault("description", "must say what the action does, for the people who approve it");
  }
  if (title !== undefined && typeof title !== "string") throw fault("title", "must be a text");
}

function assertSchemas(definition: Fields, fault: Fault): void {
  if (zodTypeOf(definition["input"]) !== "object") throw fault("input", "must be a z.object() schema of zod 4");
  if (definition["output"] !== undefined && zodTypeOf(definition["output"]) === undefined) {
    throw fault("output", "must be a schema of zod 4");
  }
}

/** What kind of zod 4 schema a value is, read from its own mark: importing zod here would double the root's load time. */
function zodTypeOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("_zod" in value)) return undefined;
  const { _zod: internals } = value;
  if (typeof internals !== "object" || internals === null || !("def" in internals)) return undefined;
  const { def } = internals;
  return typeof def === "object" && def !== null && "type" in def ? def.type : undefined;
}

function assertWordLists(definition: Fields, fault: Fault): void {
  for (const field of ["requiredScopes", "tags", "secretFields"]) {
    const words = definition[field];
    if (words === undefined) continue;
    if (!isWordList(words)) throw fault(field, "must be a list of non-empty texts");
    const bad = field === "secretFields" ? words.find((word) => !JSON_POINTER_PATTERN.test(word)) : undefined;
    if (bad !== undefined) throw fault(field, `must be JSON pointers such as /card/number, not ${JSON.stringify(bad)}`);
  }
}

function isWordList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((word) => typeof word === "string" && word !== "");
}

function assertExecution(execution: unknown, fault: Fault): void {
  if (typeof execution !== "object" || execution === null) throw fault("execution", "must be an object");
  const fields = execution as Fields & ActionExecution;
  assertKnownFields(fields, EXECUTION_FIELDS, (field) => fault(`execution.${field}`, "is not a field of an execution"));
  if (fields.mode !== undefined && !isOneOf(fields.mode, MODES)) {
    throw fault("execution.mode", `must be one of ${MODES.join(", ")}`);
  }
  for (const count of EXECUTION_COUNTS) assertCount(fields[count], `execution.${count}`, fault);
  if (fields.retryOn !== undefined && typeof fields.retryOn !== "function") {
    throw fault("execution.retryOn", "must be a function");
  }
  const { mode, attemptTimeoutMs, totalTimeoutMs } = fields;
  if (mode === "inline" && attemptTimeoutMs !== undefined && attemptTimeoutMs > MAX_INLINE_ATTEMPT_MS) {
    throw fault("execution.attemptTimeoutMs", `must be at most ${MAX_INLINE_ATTEMPT_MS} in mode inline`);
  }
  if (attemptTimeoutMs !== undefined && totalTimeoutMs !== undefined && attemptTimeoutMs > totalTimeoutMs) {
    throw fault("execution.totalTimeoutMs", "must be at least attemptTimeoutMs");
  }
}

function assertCount(value: unknown, field: string, fault: Fault): void {
  if (value === undefined) return;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= MAX_TIMER_MS) return;
  throw fault(field, `must be a whole number from 1 to ${MAX_TIMER_MS}`);
}

/** What is counted is shown in refusals, in the record and to approvers; a secret place must not be what it is read from. */
function assertNoSecretAmounts(limits: ActionTerms | undefined, secretFields: unknown, fault: Fault): void {
  const secrets = isWordList(secretFields) ? secretFields : [];
  const isSecret = (pointer: unknown): boolean =>
    typeof pointer === "string" && secrets.some((secret) => `${pointer}/`.startsWith(`${secret}/`));
  for (const { estimate } of limits?.terms.budget ?? []) {
    if (isSecret(estimate)) throw fault("limits.budget.estimate", "must not be read from a secret field");
  }
  for (const { cost } of limits?.terms.rate ?? []) {
    const pointer = typeof cost === "string" ? cost.slice("input:".length) : undefined;
    if (isSecret(pointer)) throw fault("limits.rate.cost", "must not be read from a secret field");
  }
}

function isOneOf(value: unknown, words: readonly string[]): boolean {
  return typeof value === "string" && words.includes(value);
}
