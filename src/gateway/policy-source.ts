import { CountersignError } from "../core/countersign-error.ts";
import { type CompiledPolicy, compilePolicy, type DefaultEffect, parsePolicy } from "../core/policy/index.ts";
import type { PolicyHead } from "../store/policies.ts";
import type { Store } from "../store/store.ts";
import { policyVersionOf } from "./policy-version.ts";
import type { PolicySource } from "./ports.ts";

/** Compiled policies kept. Our choice: tenants' current documents, with room for those being rolled out. */
const COMPILED_LIMIT = 200;

/**
 * A source that asks the store which versions are in force, each time, and compiles documents when their digests are new.
 * A stored document that no longer parses makes `inForce` reject: what can't be decided waits.
 */
export function createPolicySource(store: Pick<Store, "policies">): PolicySource {
  // Least recently used first: a hit is taken out and put back at the end.
  const compiled = new Map<string, CompiledPolicy>();

  function keep(key: string, policy: CompiledPolicy): CompiledPolicy {
    compiled.delete(key);
    compiled.set(key, policy);
    const oldest = compiled.keys().next();
    if (compiled.size > COMPILED_LIMIT && oldest.done !== true) compiled.delete(oldest.value);
    return policy;
  }

  async function compile(
    heads: readonly PolicyHead[],
    defaultEffect: DefaultEffect | undefined,
  ): Promise<CompiledPolicy> {
    const rows = await Promise.all(heads.map((head) => store.policies.get(head.tenant, head.seq)));
    const documents = rows.map((row) => {
      if (row === undefined) throw new CountersignError("internal", "The policy in force has no document");
      return parsePolicy(row.document);
    });
    return compilePolicy(documents, { defaultEffect });
  }

  return {
    async inForce(tenant, defaultEffect) {
      const { own, organisation } = await store.policies.heads(tenant);
      // What the organisation allows to all is allowed to nobody before a tenant's document says so too.
      if (own === undefined) return undefined;
      const heads = organisation === undefined ? [own] : [own, organisation];
      const version = heads.map(policyVersionOf).join("+");
      const key = [defaultEffect, ...heads.map((head) => head.digest)].join(" ");
      // The wider circle's document comes first: where both name approvers, its stand.
      const policy = compiled.get(key) ?? (await compile(heads.toReversed(), defaultEffect));
      return { version, policy: keep(key, policy) };
    },
  };
}
