import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ActionContext } from "../../src/action/action.ts";
import type { CredentialRequest } from "../../src/action/credentials.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { activitiesOf, createEnvironment, type Desk, perform, rowOf } from "./desk.ts";
import { acceptDecided, type LookingDesk, openLookingDesk } from "./looking-actions.ts";

const SECRET = 'plain-looking "credential" 1';

let looking: LookingDesk;
let desk: Desk;
/** Every request for a credential, and every line of the log as it would be written. */
const requests: { name: string; call: CredentialRequest }[] = [];
const lines: string[] = [];
let fetchCredential: () => Promise<string>;

beforeAll(async () => {
  looking = await openLookingDesk({
    ports: {
      credentials: {
        get: (name, call) => {
          requests.push({ name, call });
          return fetchCredential();
        },
      },
      log: (_level, message, fields) => void lines.push(`${message} ${describeFields(fields)}`),
    },
  });
  desk = looking.desk;
});
afterAll(() => desk.close());
beforeEach(() => {
  looking.reset();
  requests.length = 0;
  lines.length = 0;
  fetchCredential = () => Promise.resolve(SECRET);
});

function describeFields(fields: Readonly<Record<string, unknown>> = {}): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value instanceof Error ? value.message : JSON.stringify(value)}`)
    .join();
}

async function execute(ref: InvocationRef) {
  return perform(() => activitiesOf(desk).executeAction(ref));
}

/** Lets the action do this with the credential that it fetched. */
function useCredential(use: (value: string, context: ActionContext) => unknown): void {
  desk.behave = async ({ context }) => use(await context.credentials.get("mail"), context);
}

/** Everything that others may read of a call: its row without the real output, its events, its ledger and the log. */
async function tellAll(ref: InvocationRef): Promise<string> {
  const { output: _, ...row } = await rowOf(desk, ref);
  const events = await desk.store.audit.listOfInvocation(ref.tenant, ref.id);
  const ledger = await desk.store.executions.last(ref);
  return [row, events, ledger, lines]
    .map((part) => JSON.stringify(part))
    .join("\n")
    .replaceAll("\\", "");
}

describe("credentials.get()", () => {
  it("asks the worker's source each time, and says for which call", async () => {
    desk.behave = async ({ context }) => {
      for (const name of ["mail", "mail"]) await context.credentials.get(name);
      return {};
    };
    const ref = await acceptDecided(desk, "free.looking");
    await execute(ref);
    const call = { tenant: "default", actor: "agent", run: undefined, action: "free.looking", invocation: ref.id };
    expect(requests).toEqual([
      { name: "mail", call },
      { name: "mail", call },
    ]);
  });

  it("gives the real value, which stays in the output and in no view of it", async () => {
    useCredential((value) => ({ note: `sent with ${value}` }));
    const ref = await acceptDecided(desk, "free.looking");
    expect(await execute(ref)).toMatchObject({ result: { output: { note: "sent with [redacted]" } } });
    expect((await rowOf(desk, ref)).output).toBe(JSON.stringify({ note: `sent with ${SECRET}` }));
    expect(await tellAll(ref)).not.toContain(SECRET);
  });

  it("keeps the value out of errors, log lines and heartbeats", async () => {
    const environment = createEnvironment();
    const beats: unknown[] = [];
    environment.on("heartbeat", (details: unknown) => beats.push(details));
    useCredential((value, context) => {
      context.log(`Using ${value}`, {
        header: [value],
        error: new Error(`401 for ${value}`, { cause: new Error(value) }),
      });
      context.heartbeat({ at: value });
      throw new Error(`Refused ${value}`);
    });
    looking.find = () => "not_done";
    const ref = await acceptDecided(desk, "free.looking");
    const failure = environment.run(() => activitiesOf(desk).executeAction(ref));
    await expect(failure).rejects.toMatchObject({ message: "Refused [redacted]" });
    expect(lines.some((line) => line.includes("Using [redacted]"))).toBe(true);
    expect(beats).toContainEqual({ at: "[redacted]" });
    expect(await tellAll(ref)).not.toContain(SECRET);
  });

  it("serves a probe too, whose output hides the value as well", async () => {
    desk.behave = () => Promise.reject(new Error("Socket hang up"));
    looking.find = async (context) => ({ done: { note: await context.credentials.get("mail") } });
    const ref = await acceptDecided(desk, "free.looking");
    expect(await execute(ref)).toMatchObject({ result: { status: "executed", output: { note: "[redacted]" } } });
    expect(await tellAll(ref)).not.toContain(SECRET);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["throws", () => Promise.reject(new Error("denied for s.hunter22"))],
    ["gives no text", () => Promise.resolve({ value: "s.hunter22" })],
    ["gives an empty text", () => Promise.resolve("")],
  ])("rejects with an error without a reason when the source %s", async (_what, give) => {
    fetchCredential = give as () => Promise<string>;
    useCredential(() => ({}));
    const ref = await acceptDecided(desk, "free.once");
    const message = "A credential could not be fetched, see the worker's log";
    expect(await execute(ref)).toMatchObject({ result: { status: "uncertain", error: { message } } });
    expect(await tellAll(ref)).not.toContain("hunter22");
  });

  it("rejects at the end of the attempt's time when the source doesn't answer", async () => {
    fetchCredential = () => new Promise(() => undefined);
    useCredential(() => ({}));
    looking.find = () => "done";
    const ref = await acceptDecided(desk, "free.hasty");
    expect(await execute(ref)).toMatchObject({ result: { status: "executed" } });
    expect(looking.questions).toHaveLength(1);
  });
});

it("credentials.get() rejects the call in a worker without any", async () => {
  const other = await openLookingDesk();
  try {
    other.desk.behave = async ({ context }) => ({ note: await context.credentials.get("mail") });
    const ref = await acceptDecided(other.desk, "free.once");
    const message = "No credentials are configured in this worker";
    const step = await perform(() => activitiesOf(other.desk).executeAction(ref));
    expect(step).toMatchObject({ result: { status: "failed", error: { message } } });
  } finally {
    await other.desk.close();
  }
});
