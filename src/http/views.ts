import { z } from "zod";
import { ApprovalView } from "../contract/approval.ts";
import { AuditEvent } from "../contract/audit.ts";
import { GrantView } from "../contract/grants.ts";
import { GuardView } from "../contract/guards.ts";
import { InvocationView } from "../contract/invocation.ts";
import { ActionView } from "../contract/manifest.ts";
import { PolicyView } from "../contract/policy.ts";
import { KeyView, Principal } from "../contract/principal.ts";
import { Problem } from "../contract/problem.ts";
import { WebhookView } from "../contract/webhooks.ts";

// Gives schemas that are made from now on their `openapi` method.
import "@hono/zod-openapi";

/** A schema under a name of its own in the document. A clone, since the original may be older than its `openapi` method. */
function name<Schema extends z.ZodObject>(refId: string, schema: Schema): Schema {
  return schema.clone().openapi(refId);
}

/** The document's named schemas: each appears once under its name and is referred to everywhere else. */
export const views = {
  /** An invocation's view. */
  invocation: name("Invocation", InvocationView),
  /** An approval's view. */
  approval: name("Approval", ApprovalView),
  /** A published action. */
  action: name("Action", ActionView),
  /** An audit event. */
  auditEvent: name("AuditEvent", AuditEvent),
  /** A published policy. */
  policy: name("Policy", PolicyView),
  /** A key without its secret. */
  key: name("Key", KeyView),
  /** A principal. */
  principal: name("Principal", Principal),
  /** A grant. */
  grant: name("Grant", GrantView),
  /** What a guard keeps. */
  guard: name("Guard", GuardView),
  /** A webhook without its secret. */
  webhook: name("Webhook", WebhookView),
  /** An error answer. */
  problem: name("Problem", Problem),
};

/** The answer of a list: one page and, unless it is the last, the cursor to the next. */
export function pageOf(item: z.ZodType): z.ZodObject {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}
