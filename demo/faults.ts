import { codeOf } from "./decisions.ts";
import { claim, type Stage, type Step } from "./stage.ts";

const REFUND = "billing.issue_refund";
const KEY = "refund-inv_2-return-8";
const INPUT = { invoiceId: "inv_2", amountCents: 4_950 };

/** The steps about calls that are repeated and processes that die. */
export const faultSteps: readonly Step[] = [
  { title: "One idempotency key is one call, however often it is sent", play: playSameKey },
  { title: "The same key with another input is a conflict", play: playClash },
  { title: "A kill -9 of everything loses no call that waits, and repeats no effect", play: playCrash },
];

async function playSameKey(stage: Stage) {
  const { agent, approver } = stage;
  const before = stage.countEffects();
  const calls = await Promise.all(
    Array.from({ length: 8 }, () => agent.invoke(REFUND, INPUT, { idempotencyKey: KEY })),
  );
  const [first] = calls;
  const id = first?.id ?? "";
  await approver.approvals.approve(id);
  await agent.invocations.wait(id, { timeoutMs: 20_000 });
  const again = await agent.invoke(REFUND, INPUT, { idempotencyKey: KEY });
  return {
    asked: `demo-agent sends the same refund 8 times at once with the key ${KEY}, and once more when it is done`,
    happened: "all 9 answers speak of one call, which was approved and executed once",
    proof: [
      claim("different calls among the 8 answers", new Set(calls.map((call) => call.id)).size, 1),
      claim("answers that say they are repetitions", calls.filter((call) => call.replayed === true).length, 7),
      claim("the 9th answer is the same call", again.id === id && again.replayed, true),
      claim("its status", again.status, "executed"),
      claim("new lines in the billing file", stage.countEffects() - before, 1),
    ],
  };
}

async function playClash(stage: Stage) {
  const before = stage.countEffects();
  const answer = await stage.agent
    .invoke(REFUND, { ...INPUT, amountCents: 1 }, { idempotencyKey: KEY })
    .then((call) => call.status, codeOf);
  return {
    asked: `demo-agent uses the key ${KEY} for another amount`,
    happened: "the call was refused before anything was kept of it",
    proof: [
      claim("answer", answer, "idempotency_conflict"),
      claim("new lines in the billing file", stage.countEffects() - before, 0),
    ],
  };
}

async function playCrash(stage: Stage) {
  const { agent, approver, server } = stage;
  const before = stage.countEffects();
  const call = await agent.invoke(REFUND, { invoiceId: "inv_3", amountCents: 2_500 });
  await server.kill();
  const { url } = server.announced();
  const whileDead = await fetch(`${url}/healthz`).then(
    ({ status }) => `answers ${status}`,
    () => "no answer",
  );
  await server.start();
  const found = await approver.approvals.get(call.id);
  await approver.approvals.approve(call.id);
  const closed = await agent.invocations.wait(call.id, { timeoutMs: 20_000 });
  const events = await agent.invocations.events(call.id);
  return {
    asked: "demo-agent calls billing.issue_refund; server, worker, database and Temporal get SIGKILL while it waits",
    happened: "they were started again, and demo-approver approved what was still waiting",
    proof: [
      claim("status before the kill", call.status, "pending"),
      claim("the server after the kill", whileDead, "no answer"),
      claim("the approval after the restart", found.status, "pending"),
      claim("its digest is the one from before", found.digest === call.digest, true),
      claim("status after the vote", closed.status, "executed"),
      claim("attempts in its record", events.filter((event) => event.type === "execution.started").length, 1),
      claim("new lines in the billing file", stage.countEffects() - before, 1),
    ],
  };
}
