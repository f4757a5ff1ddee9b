import { expect, test } from "vitest";
import { countEffects, createChaosServer, readEffects, REVIEWER } from "../support/chaos-server.ts";
import { eventually, isRunning } from "../support/processes.ts";

const server = createChaosServer();

test("countersign start ends the Temporal server that a killed parent left behind, and finds everything", async () => {
  await server.start();
  const agent = await server.caller("agent", { kind: "agent" });
  const ada = await server.caller("ada", REVIEWER);
  const { body: asked } = await agent.invoke("chaos.asked", { text: "asked" }, { key: "asked" });
  const orphan = server.temporalPid();
  await server.process().end("SIGKILL");
  expect(isRunning(orphan)).toBe(true);

  await server.start();
  expect(isRunning(orphan)).toBe(false);
  // 202 when the kill came before Temporal had heard how the first task ended: it gives that task 10 s.
  expect([200, 202]).toContain((await ada.approve(asked.id)).status);
  expect(await agent.read(asked.id, 20_000)).toMatchObject({ status: "executed", attempts: 1 });
  expect(countEffects(server.workspace, asked.id)).toBe(1);

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // What is under way drains: the answer is still sent, and the call is not left half done.
    const call = agent.invoke("chaos.idempotent", { text: signal, takesMs: 1_000 }, { key: signal });
    await begun(signal);
    const temporal = server.temporalPid();
    const ended = await server.stop(signal);
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(isRunning(temporal)).toBe(false);
    expect(await call).toMatchObject({ status: 200, body: { status: "executed" } });
    await server.start();
    const again = await agent.invoke("chaos.idempotent", { text: signal, takesMs: 1_000 }, { key: signal });
    expect(again.body).toMatchObject({ status: "executed", replayed: true });
    expect(countEffects(server.workspace, again.body.id)).toBe(1);
  }
});

async function begun(text: string): Promise<void> {
  await eventually(() => readEffects(server.workspace).some((line) => line.text === text), { what: "The action" });
}
