import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEvent, Client } from "countersign";
import { fingerprintOf } from "./actions.ts";
import { claim, type Stage, type Step } from "./stage.ts";

/** The steps about what is kept, and what is not. */
export const evidenceSteps: readonly Step[] = [
  { title: "A secret reaches the action and nothing else", play: playSecret },
  { title: "Everything is on record, and the record can be checked without trusting it", play: playAudit },
];

/** What the first event of a chain follows on. */
const GENESIS = "0".repeat(64);

async function playSecret({ agent, admin, server }: Stage) {
  const secret = randomBytes(12).toString("hex");
  const input = { bank: "First Bank", accessToken: secret };
  const call = await agent.invoke("demo.connect_bank", input, { reason: `New account, password=${secret}` });
  const shown = JSON.stringify(await agent.invocations.get(call.id));
  const audit = JSON.stringify(await readChain(admin));
  const history = await readHistory(server.announced().temporalUiUrl, `guard:${call.tenant}:${call.id}`);
  const { fingerprint } = (call.status === "executed" ? call.output : {}) as { readonly fingerprint?: string };
  return {
    asked: "demo-agent calls demo.connect_bank with an access token, and writes a password into the reason",
    happened: `everyone but the action sees ${JSON.stringify(call.input)} and "${call.reason}"`,
    proof: [
      claim("the action was given the real token", fingerprint === fingerprintOf(secret), true),
      claim("the view holds the secret", shown.includes(secret), false),
      claim("the whole audit record holds it", audit.includes(secret), false),
      claim("the Temporal history holds it", history.includes(secret), false),
      claim("the history was really read", history.includes('"accessToken":"[redacted]"'), true),
    ],
  };
}

async function playAudit({ admin }: Stage) {
  const executed = await admin.invocations.list({ action: "billing.issue_refund", status: "executed" });
  const events = await admin.invocations.events(executed.items.at(-1)?.id ?? "");
  const chain = await readChain(admin);
  const forged = chain.map((event) => (event.seq === 5 ? { ...event, at: "2020-01-01T00:00:00.000Z" } : event));
  return {
    asked: "the operator reads the events of the first refund, and then all events of the tenant",
    happened: `${chain.length} events were read, and their hashes computed anew from nothing but the events`,
    proof: [
      claim(
        "events of the refund",
        events.map((event) => event.type),
        [
          ...["invocation.requested", "invocation.decided", "approval.opened", "approval.vote_recorded"],
          ...["approval.resolved", "execution.started", "execution.finished", "invocation.closed"],
        ],
      ),
      claim("first event that breaks the chain", findBreak(chain), "none"),
      claim("the same after changing the time of event 5", findBreak(forged), 5),
    ],
  };
}

/** All events of the tenant, oldest first. */
async function readChain(admin: Client): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await admin.audit.list({ limit: 200, cursor });
    events.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return events.toReversed();
}

/** Where the chain breaks. Each hash is the SHA-256 of the hash before and the canonical JSON of the event without its hashes. */
function findBreak(chain: readonly AuditEvent[]): number | "none" {
  let previous = GENESIS;
  for (const [index, { hash, prevHash, ...content }] of chain.entries()) {
    const computed = createHash("sha256")
      .update(previous + canonical(content))
      .digest("hex");
    if (content.seq !== index + 1 || prevHash !== previous || hash !== computed) return content.seq;
    previous = hash;
  }
  return "none";
}

/** JSON with sorted keys and nothing between the tokens (RFC 8785), which JavaScript's own JSON is apart from the order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

/** The history that the Temporal UI shows of a run, with its payloads decoded; waits until the run is closed. */
async function readHistory(uiUrl: string, workflowId: string): Promise<string> {
  const url = `${uiUrl}/api/v1/namespaces/default/workflows/${encodeURIComponent(workflowId)}/history`;
  for (;;) {
    const answer = (await (await fetch(url)).json()) as { readonly history?: { readonly events?: unknown[] } };
    const text = JSON.stringify(answer, decodePayload);
    if (text.includes("EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED")) return text.replaceAll('\\"', '"');
    await sleep(100);
  }
}

/** Payloads travel as base64 in a member named `data`. */
function decodePayload(key: string, value: unknown): unknown {
  return key === "data" && typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : value;
}
