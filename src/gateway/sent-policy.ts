import { type CompiledPolicy, compilePolicy, type DefaultEffect } from "../core/policy/index.ts";
import { readPolicyDocument } from "./policy-documents.ts";
import { isTemplateRequest, readTemplates } from "./policy-templates.ts";

/** Compiled lists of templates: all of a few names in any order, with any default, so there can't be many. */
const compiled = new Map<string, CompiledPolicy>();

/**
 * Compiles a policy that came with a request: a document as text or data, or `{ templates: [name, …] }`, of which each decides
 * alone and the strictest answer wins.
 * @throws invalid_policy with every fault in `errors`
 */
export function compileSentPolicy(policy: unknown, defaultEffect: DefaultEffect | undefined): CompiledPolicy {
  if (!isTemplateRequest(policy)) return compilePolicy(readPolicyDocument(policy), { defaultEffect });
  const documents = readTemplates(policy.templates);
  // What was read is known to be a list of few names.
  const key = JSON.stringify([defaultEffect, [...new Set(policy.templates as string[])]]);
  const known = compiled.get(key) ?? compilePolicy(documents, { defaultEffect });
  compiled.set(key, known);
  return known;
}
