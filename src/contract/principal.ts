import { z } from "zod";

/** What a key may be used for. `admin` stands for all but `operator` within its tenant; `operator` reaches other tenants' keys. */
export const Permission = z.enum(["invoke", "read", "approve", "audit", "policy", "act_as", "admin", "operator"]);
export type Permission = z.infer<typeof Permission>;

/** What sort of someone a principal is. */
export const PrincipalKind = z.enum(["user", "agent", "service"]);
export type PrincipalKind = z.infer<typeof PrincipalKind>;

/** A name of a tenant, subject, role, group or scope: visible characters without space, at most 200. */
export const Name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, "visible ASCII characters without space");

/** A tenant's name. It becomes a part of workflow ids, so it has no colon. */
export const TenantName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, "lower-case letters, digits, dot, underscore and hyphen");

/** The tenant of the operator; its policy is in force for tenants without their own. */
export const DEFAULT_TENANT = "default";

/** Where the organisation's policy is kept, which holds for every tenant. No tenant can have this name. */
export const ORGANISATION = "*";

const Names = z.array(Name).max(100);

/** The rights of an authenticated someone, as policy and approvals see them. */
export const Principal = z.object({
  tenant: TenantName,
  subject: Name,
  kind: PrincipalKind,
  roles: Names,
  groups: Names,
  scopes: Names,
});
export type Principal = z.infer<typeof Principal>;

/** Body of `POST /v1/keys`. */
export const CreateKeyRequest = z.strictObject({
  subject: Name,
  kind: PrincipalKind,
  roles: Names.optional(),
  groups: Names.optional(),
  scopes: Names.optional(),
  permissions: z.array(Permission).min(1),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
  tenant: TenantName.optional(),
});
export type CreateKeyRequest = z.infer<typeof CreateKeyRequest>;

/** A key as lists show it: everything but the secret. */
export const KeyView = z.object({
  id: z.string(),
  prefix: z.string(),
  tenant: z.string(),
  subject: z.string(),
  kind: PrincipalKind,
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  scopes: z.array(z.string()),
  permissions: z.array(Permission),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  revokedAt: z.string().optional(),
});
export type KeyView = z.infer<typeof KeyView>;

/** The answer to `POST /v1/keys`: the one time the secret is shown. */
export const CreatedKey = KeyView.extend({ key: z.string() });
export type CreatedKey = z.infer<typeof CreatedKey>;

/** Body of `PUT /v1/principals/{subject}`. */
export const PutPrincipalRequest = z.strictObject({
  kind: PrincipalKind.optional(),
  roles: Names.optional(),
  groups: Names.optional(),
  scopes: Names.optional(),
});
export type PutPrincipalRequest = z.infer<typeof PutPrincipalRequest>;
