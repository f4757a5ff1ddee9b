import { CountersignError } from "../core/countersign-error.ts";
import { type ParsedPolicy, template } from "../core/policy/index.ts";

/** Templates that are asked for by name, each a document of its own. */
interface TemplateRequest {
  readonly templates: unknown;
}

/** Whether what was sent as a policy names templates instead of holding rules. */
export function isTemplateRequest(policy: unknown): policy is TemplateRequest {
  return typeof policy === "object" && policy !== null && Object.keys(policy).join() === "templates";
}

/**
 * The documents that a list of names asks for, each once.
 * @throws invalid_policy for an unknown name, and for anything but a list of names
 */
export function readTemplates(templates: unknown): readonly ParsedPolicy[] {
  const names: readonly unknown[] = Array.isArray(templates) ? templates : [];
  const texts = names.filter((name) => typeof name === "string");
  if (texts.length > 0 && texts.length === names.length) return [...new Set(texts)].map(readTemplate);
  const message = "templates must be a list of names, at least one";
  throw new CountersignError("invalid_policy", message, { details: { errors: [{ message, path: "templates" }] } });
}

function readTemplate(name: string): ParsedPolicy {
  try {
    return template(name);
  } catch (cause) {
    if (!(cause instanceof CountersignError)) throw cause;
    throw new CountersignError(cause.code, cause.message, { details: { errors: cause.details["faults"] } });
  }
}
