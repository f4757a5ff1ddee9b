import type { PolicyLayer, PolicyView } from "../contract/policy.ts";
import { DEFAULT_TENANT, ORGANISATION } from "../contract/principal.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { sha256Hex } from "../core/digest.ts";
import { checkPolicy, compilePolicy, formatFault, type ParsedPolicy, type ParseOptions } from "../core/policy/index.ts";
import type { PolicyRow } from "../store/policies.ts";
import type { Store, TransactionTables } from "../store/store.ts";
import { policyVersionOf } from "./policy-version.ts";
import { toWireTime } from "./views.ts";

const LONE_SURROGATE = /\p{Surrogate}/u;

/** A document and who publishes it for whom. */
export interface Publication {
  /** The publisher's tenant: its record tells of it. */
  readonly tenant: string;
  /** Whether it will be in force for that tenant alone or for all. */
  readonly layer: PolicyLayer;
  /** YAML or JSON text, kept as it is. */
  readonly document: string;
  /** Subject of the publisher; absent for a file. */
  readonly publishedBy?: string;
}

/**
 * Reads a document whole or not at all.
 * @throws invalid_policy with every fault in `errors`, each with line and column where there is text
 */
export function readPolicyDocument(source: unknown, options: Pick<ParseOptions, "load"> = {}): ParsedPolicy {
  const check = checkPolicy(source, options);
  if ("document" in check) return check.document;
  const [first] = check.faults;
  const message = first === undefined ? "The policy is not valid" : `The policy is not valid: ${formatFault(first)}`;
  throw new CountersignError("invalid_policy", message, { details: { errors: check.faults } });
}

/**
 * Publishes a document that was sent, unless it is the tenant's newest already.
 * @throws invalid_policy; what was in force stays so
 */
export async function publishSentDocument(
  store: Store,
  publication: Publication,
): Promise<{ readonly row: PolicyRow; readonly policy: ParsedPolicy }> {
  const policy = readPublishable(publication.document);
  const row = await store.transaction(async (tx) => {
    const kept = keptUnder(publication);
    await tx.policies.lockTenant(kept);
    const newest = await tx.policies.newest(kept);
    if (newest?.digest === sha256Hex(publication.document)) return newest;
    return insert(tx, "api", publication);
  });
  return { row, policy };
}

/**
 * Publishes the policy file's text for the default tenant when it differs from what was last published from a file.
 * A later publication through the API thus outlives restarts, until the file itself changes.
 * @throws invalid_policy; what was in force stays so
 */
export async function publishFileDocument(
  store: Store,
  document: string,
): Promise<{ readonly version: string; readonly isNew: boolean; readonly policy: ParsedPolicy }> {
  const policy = readPublishable(document);
  return store.transaction(async (tx) => {
    await tx.policies.lockTenant(DEFAULT_TENANT);
    const last = await tx.policies.newest(DEFAULT_TENANT, "file");
    if (last?.digest === sha256Hex(document)) return { version: policyVersionOf(last), isNew: false, policy };
    const row = await insert(tx, "file", { tenant: DEFAULT_TENANT, layer: "tenant", document });
    return { version: policyVersionOf(row), isNew: true, policy };
  });
}

/** A published document as the doors show it. Who published it is told only of the tenants that are given. */
export function viewPolicy(row: PolicyRow, tenants: readonly string[]): PolicyView {
  const { source, document, digest } = row;
  const isTold = row.published_by !== null && tenants.includes(row.tenant);
  const publisher = isTold ? { publishedBy: row.published_by } : {};
  return {
    version: policyVersionOf(row),
    source,
    document,
    digest,
    publishedAt: toWireTime(row.published_at),
    ...publisher,
  };
}

/** What is kept must be readable back: text that a database can hold, a document without faults, patterns that compile. */
function readPublishable(document: string): ParsedPolicy {
  if (document.includes("\u0000") || LONE_SURROGATE.test(document)) {
    const errors = [{ message: "The document must be well-formed text without NUL characters", path: "" }];
    throw new CountersignError("invalid_policy", "The policy is not valid text", { details: { errors } });
  }
  const policy = readPolicyDocument(document);
  compilePolicy(policy);
  return policy;
}

function keptUnder({ tenant, layer }: Publication): string {
  return layer === "organisation" ? ORGANISATION : tenant;
}

async function insert(
  tx: TransactionTables,
  source: PolicyView["source"],
  publication: Publication,
): Promise<PolicyRow> {
  const { tenant, layer, document, publishedBy } = publication;
  const digest = sha256Hex(document);
  const row = await tx.policies.insert({ tenant: keptUnder(publication), document, publishedBy, source, digest });
  const data = { version: policyVersionOf(row), digest, source, ...(layer === "tenant" ? {} : { layer }) };
  await tx.audit.append(tenant, [{ type: "policy.published", principal: publishedBy, data }]);
  return row;
}
