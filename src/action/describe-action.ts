import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { z } from "zod";
import type { Manifest } from "../contract/manifest.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { copyApprovalTerms } from "../core/policy/document/approval-terms.ts";
import type { Action } from "./action.ts";
import { assertApprovalTexts } from "./check-approval.ts";
import { createFault } from "./definition-fault.ts";
import { limitTermsOf } from "./limit-terms-of.ts";

type JsonSchema = Record<string, unknown>;
/** What zod hands to an `override`: the schema and the JSON Schema made of it, to be changed in place. */
type Override = NonNullable<Parameters<typeof z.toJSONSchema<z.ZodType>>[1]>["override"];
type OverrideContext = Parameters<NonNullable<Override>>[0];

/** Regex flags that change what matches and have no place in JSON Schema. */
const MEANINGFUL_FLAGS = /[ims]/;
/** 64 bits of the manifest's hash: versions of one action are told apart, not attacked. */
const VERSION_LENGTH = 16;

/**
 * Writes the manifest that a worker publishes of an action: all that a door without the action's code knows of it.
 * The input schema describes what is sent (before defaults and transforms), the output schema what comes out of `run`, parsed.
 * `version` is the same for the same manifest, wherever and whenever it is made, and independent of the task queue.
 * @throws invalid_request when zod can't describe a schema, and for terms of an approval whose conditions or pattern can't be read
 */
export function describeAction(action: Action, taskQueue: string): Manifest {
  const { retryOn: _, ...execution } = action.execution;
  const limits = limitTermsOf(action)?.terms;
  const { approval } = action;
  if (approval !== undefined) assertApprovalTexts(approval, createFault(action.name));
  const described: Omit<Manifest, "version" | "taskQueue"> = {
    name: action.name,
    ...(action.title === undefined ? {} : { title: action.title }),
    description: action.description,
    risk: action.risk,
    approvalRequired: action.approvalRequired,
    ...(approval === undefined ? {} : { approval: copyApprovalTerms(approval) }),
    requiredScopes: [...action.requiredScopes],
    tags: [...action.tags],
    secretFields: [...action.secretFields],
    inputSchema: toJsonSchema(action, "input"),
    ...(action.output === undefined ? {} : { outputSchema: toJsonSchema(action, "output") }),
    execution,
    ...(action.probe === undefined ? {} : { canProbe: true }),
    ...(action.compensate === undefined ? {} : { canCompensate: true }),
    ...(limits === undefined ? {} : { limits }),
    ...(action.compensates === undefined ? {} : { compensates: action.compensates }),
  };
  return { ...described, version: versionOf(described), taskQueue };
}

function toJsonSchema(action: Action, io: "input" | "output"): JsonSchema {
  const schema = io === "input" ? action.input : action.output;
  try {
    const described = z.toJSONSchema(schema ?? z.unknown(), {
      io,
      unrepresentable: "any",
      ...(io === "input" ? { override: widenWhereLossy } : {}),
    });
    return JSON.parse(JSON.stringify(described)) as JsonSchema;
  } catch (cause) {
    const problem = `${io} can't be described as JSON Schema`;
    throw new CountersignError("invalid_request", `Action ${action.name}: ${problem}`, { cause });
  }
}

/**
 * The door must not refuse what the action's own schema takes. Where zod's description is narrower than the schema
 * (coercion, preprocessing, case-insensitive patterns) it is widened; the schema itself decides before `run`.
 */
function widenWhereLossy({ zodSchema, jsonSchema }: OverrideContext): void {
  const { def } = zodSchema._zod;
  const isCoerced = "coerce" in def && def.coerce;
  const isPreprocessed = def.type === "pipe" && def.in._zod.def.type === "transform";
  if (isCoerced || isPreprocessed) {
    for (const key of Object.keys(jsonSchema)) if (key !== "description" && key !== "title") delete jsonSchema[key];
    return;
  }
  if (!("checks" in def) || !(def.checks ?? []).some(hasMeaningfulFlags)) return;
  delete jsonSchema["pattern"];
  delete jsonSchema["allOf"];
}

function hasMeaningfulFlags(check: z.core.$ZodCheck): boolean {
  const { def } = check._zod;
  return "pattern" in def && def.pattern instanceof RegExp && MEANINGFUL_FLAGS.test(def.pattern.flags);
}

function versionOf(described: object): string {
  const canonical = canonicalize(described) ?? "";
  return createHash("sha256").update(canonical).digest("hex").slice(0, VERSION_LENGTH);
}
