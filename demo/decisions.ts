import { type Client, CountersignError } from "countersign";
import { claim, type Stage, type Step } from "./stage.ts";

const REFUND = "billing.issue_refund";

/** The steps about what policy and people make of a call. */
export const decisionSteps: readonly Step[] = [
  { title: "What policy allows is executed at once", play: playAllowed },
  { title: "What policy denies does not happen", play: playDenied },
  { title: "What needs people waits for them, and runs when they agree", play: playApproved },
  { title: "What people reject does not happen", play: playRejected },
  { title: "What nobody decides in time expires, which never means yes", play: playExpired },
];

async function playAllowed({ agent }: Stage) {
  const call = await agent.invoke("billing.get_invoice", { invoiceId: "inv_1" });
  return {
    asked: 'demo-agent calls billing.get_invoice {"invoiceId":"inv_1"}',
    happened: `the rule "${call.verdict?.rule}" allows it, and the action ran`,
    proof: [
      claim("status", call.status, "executed"),
      claim("effect of the verdict", call.verdict?.effect, "allow"),
      claim("amount in the output", call.status === "executed" && outputOf(call).amountCents, 12_900),
    ],
  };
}

async function playDenied(stage: Stage) {
  const before = stage.countEffects();
  const call = await stage.agent.invoke("billing.mark_invoice_paid", { invoiceId: "inv_2" });
  const answer = await stage.agent.run("billing.mark_invoice_paid", { invoiceId: "inv_2" }).catch(codeOf);
  return {
    asked: 'demo-agent calls billing.mark_invoice_paid {"invoiceId":"inv_2"}',
    happened: `denied: ${call.verdict?.reason}`,
    proof: [
      claim("status", call.status, "denied"),
      claim("deciding rule", call.verdict?.rule, "agents don't mark invoices as paid"),
      claim("client.run throws", answer, "action_denied"),
      claim("new lines in the billing file", stage.countEffects() - before, 0),
    ],
  };
}

async function playApproved(stage: Stage) {
  const { agent, approver } = stage;
  const before = stage.countEffects();
  const call = await agent.invoke(REFUND, { invoiceId: "inv_1", amountCents: 12_900 }, { reason: "Return 7" });
  const selfVote = await agent.approvals.approve(call.id).catch(codeOf);
  const whileWaiting = stage.countEffects() - before;
  const approval = await approver.approvals.approve(call.id, { reason: "Checked", digest: call.digest });
  const closed = await agent.invocations.wait(call.id, { timeoutMs: 20_000 });
  return {
    asked: 'demo-agent calls billing.issue_refund {"invoiceId":"inv_1","amountCents":12900}',
    happened: `it waited for ${approval.approvers.join(", ")} until ${approval.decideBy}; demo-approver agreed`,
    proof: [
      claim("status before the vote", call.status, "pending"),
      claim("the agent's own vote", selfVote, "forbidden"),
      claim("new lines in the billing file before the vote", whileWaiting, 0),
      claim("approved by", approval.resolution?.by, ["demo-approver"]),
      claim("what was approved is what ran", approval.resolution?.digest === closed.digest, true),
      claim("status after the vote", closed.status, "executed"),
      claim("new lines in the billing file", stage.countEffects() - before, 1),
    ],
  };
}

async function playRejected(stage: Stage) {
  const { agent, approver } = stage;
  const before = stage.countEffects();
  const call = await agent.invoke(REFUND, { invoiceId: "inv_3", amountCents: 125_000 });
  await approver.approvals.reject(call.id, { reason: "Wrong customer" });
  const closed = await agent.invocations.wait(call.id, { timeoutMs: 20_000 });
  return {
    asked: 'demo-agent calls billing.issue_refund {"invoiceId":"inv_3","amountCents":125000}',
    happened: "demo-approver rejected it",
    proof: [
      claim("status", closed.status, "rejected"),
      claim("reason that the caller reads", "error" in closed && closed.error.message, "Wrong customer"),
      claim("a later approval", await voteLate(approver, call.id), "already_resolved"),
      claim("new lines in the billing file", stage.countEffects() - before, 0),
    ],
  };
}

async function playExpired(stage: Stage) {
  const { admin, agent, approver } = stage;
  const before = stage.countEffects();
  const { version } = await admin.policy.put(stage.policy.replace("decide_by: 24h", "decide_by: 1s"));
  const call = await agent.invoke(REFUND, { invoiceId: "inv_1", amountCents: 100 }, { waitMs: 20_000 });
  await admin.policy.put(stage.policy);
  return {
    asked: "a policy with decide_by: 1s is published, and demo-agent calls billing.issue_refund",
    happened: "nobody voted, and the second passed",
    proof: [
      claim("status", call.status, "expired"),
      claim("decided by the new policy", call.verdict?.policyVersion === version, true),
      claim("an approval after that", await voteLate(approver, call.id), "already_resolved"),
      claim("new lines in the billing file", stage.countEffects() - before, 0),
    ],
  };
}

/** Tries to approve what is closed. */
async function voteLate(approver: Client, id: string): Promise<string> {
  return approver.approvals.approve(id).then(() => "counted", codeOf);
}

/** Why a request was refused. */
export function codeOf(error: unknown): string {
  if (error instanceof CountersignError) return error.code;
  throw error;
}

function outputOf(call: { readonly output: unknown }): { readonly amountCents?: number } {
  return call.output as { readonly amountCents?: number };
}
