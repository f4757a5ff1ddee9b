import { CountersignError } from "../core/countersign-error.ts";
import { type CompiledPolicy, compilePolicy, parsePolicy } from "../core/policy/index.ts";
import type { Store } from "../store/store.ts";
import { policyVersionOf } from "./policy-version.ts";
import type { PolicySource } from "./ports.ts";

/** Compiled documents kept. Our choice: tenants' current documents, with room for those being rolled out. */
const COMPILED_LIMIT = 200;

/**
 * A source that asks the store which version is in force, each time, and compiles a document when its digest is new.
 * A stored document that no longer parses makes `inForce` reject: what can't be decided waits.
 */
export function createPolicySource(store: Pick<Store, "policies">): PolicySource {
  // Least recently used first: a hit is taken out and put back at the end.
  const compiled = new Map<string, CompiledPolicy>();

  function keep(digest: string, policy: CompiledPolicy): CompiledPolicy {
    compiled.delete(digest);
    compiled.set(digest, policy);
    const oldest = compiled.keys().next();
    if (compiled.size > COMPILED_LIMIT && oldest.done !== true) compiled.delete(oldest.value);
    return policy;
  }

  return {
    async inForce(tenant) {
      const head = await store.policies.head(tenant);
      if (head === undefined) return undefined;
      const version = policyVersionOf(head);
      const known = compiled.get(head.digest);
      if (known !== undefined) return { version, policy: keep(head.digest, known) };
      const row = await store.policies.get(head.tenant, head.seq);
      if (row === undefined) throw new CountersignError("internal", "The policy in force has no document");
      return { version, policy: keep(row.digest, compilePolicy(parsePolicy(row.document))) };
    },
  };
}
