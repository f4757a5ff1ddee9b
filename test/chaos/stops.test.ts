import { expect, test } from "vitest";
import { countEffects, createChaosServer, readEffects, REVIEWER } from "../support/chaos-server.ts";
import { eventually, isRunning } from "../support/processes.ts";
import type { WireCaller } from "../support/wire-caller.ts";

const server = createChaosServer();
let agent: WireCaller;
let ada: WireCaller;

async function waitUntilBegun(text: string): Promise<void> {
  await eventually(() => readEffects(server.workspace).some((line) => line.text === text), { what: "The action" });
}

test("countersign start ends the Temporal server that a killed parent left behind, and finds everything", async () => {
  await server.start();
  agent = await server.caller("agent", { kind: "agent" });
  ada = await server.caller("ada", REVIEWER);
  const { body: asked } = await agent.invoke("chaos.asked", { text: "asked" }, { key: "asked" });
  const orphan = await server.temporalPid();
  await server.process().end("SIGKILL");
  expect(isRunning(orphan)).toBe(true);

  await server.start();
  expect(isRunning(orphan)).toBe(false);
  // 202 when the kill came before Temporal had heard how the first task ended: it gives that task 10 s.
  expect([200, 202]).toContain((await ada.approve(asked.id)).status);
  expect(await agent.read(asked.id, 20_000)).toMatchObject({ status: "executed", attempts: 1 });
  expect(countEffects(server.workspace, asked.id)).toBe(1);
});

test("countersign start drains on SIGTERM, ends with 0 and its Temporal server with it, and finds everything again", async () => {
  // What is under way drains: the answer is still sent, and the call is not left half done.
  const call = agent.invoke("chaos.once", { text: "drained", takesMs: 1_000 }, { key: "drained" });
  await waitUntilBegun("drained");
  const temporal = await server.temporalPid();
  expect(await server.stop("SIGTERM")).toMatchObject({ code: 0, signal: null, stderr: "" });
  expect(isRunning(temporal)).toBe(false);
  expect(await call).toMatchObject({ status: 200, body: { status: "executed" } });

  await server.start();
  const again = await agent.invoke("chaos.once", { text: "drained", takesMs: 1_000 }, { key: "drained" });
  expect(again.body).toMatchObject({ status: "executed", replayed: true });
  expect(countEffects(server.workspace, again.body.id)).toBe(1);
});

test("countersign start starts a Temporal server again that died, and ends with 0 when Ctrl-C comes in the middle of that", async () => {
  const { body: asked } = await agent.invoke("chaos.asked", { text: "over Temporal's death" });
  await server.killTemporal();
  expect([200, 202]).toContain((await ada.approve(asked.id)).status);
  expect(await agent.read(asked.id, 30_000)).toMatchObject({ status: "executed", attempts: 1 });

  const dead = await server.temporalPid();
  await server.killTemporal();
  const fresh = await eventually(async () => (await server.temporalPid()) !== dead && server.temporalPid(), {
    what: "Its successor",
  });
  expect(await server.stop("SIGINT")).toMatchObject({ code: 0, signal: null });
  expect(isRunning(fresh)).toBe(false);
});

test("countersign start ends with 0 although an action listens to nobody, and calls uncertain what it did", async () => {
  await server.start();
  const { body: deaf } = await agent.invoke("chaos.once", { text: "deaf", hang: "after" }, { waitMs: 0 });
  await waitUntilBegun("deaf");
  const temporal = await server.temporalPid();
  expect(await server.stop("SIGINT")).toMatchObject({ code: 0, signal: null });
  expect(isRunning(temporal)).toBe(false);
  await server.start();
  expect(await agent.read(deaf.id, 30_000)).toMatchObject({ status: "uncertain", attempts: 1 });
  expect(countEffects(server.workspace, deaf.id)).toBe(1);
});
