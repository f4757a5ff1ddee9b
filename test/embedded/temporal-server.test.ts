import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { findFreePort } from "../../src/embedded/free-port.ts";
import {
  startTemporalServer,
  type TemporalServer,
  type TemporalServerOptions,
} from "../../src/embedded/temporal-server.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-temporal-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("startTemporalServer() serves its UI, keeps its state in the file and ends when stopped", async () => {
  const files = { dbFile: join(folder, "state.db"), pidFile: join(folder, "pid.json"), logFile: join(folder, "log") };
  const server = await startForTest({ ...files, uiPort: 0 });
  const page = await fetch(server.uiUrl ?? "");
  const commandLine = await readFile(`/proc/${server.pid}/cmdline`, "utf8");
  await server.stop();
  await server.stop();
  expect(page.status).toBe(200);
  expect(commandLine).toContain("history.transferProcessorMaxPollRPS=2000");
  expect(await canConnect(server.address)).toBe(false);
  await expect(readFile(files.pidFile)).rejects.toThrow("ENOENT");
});

test("startTemporalServer() ends the orphan of a killed parent before it starts", async () => {
  const files = { dbFile: join(folder, "orphan.db"), pidFile: join(folder, "orphan.json") };
  const orphan = await startByKilledParent(files);
  expect(await canConnect(orphan.address)).toBe(true);
  const server = await startForTest(files);
  expect(await canConnect(orphan.address)).toBe(false);
  expect(server.pid).not.toBe(orphan.pid);
});

test("startTemporalServer() leaves a process alone that is not the recorded child", async () => {
  const stranger = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  onTestFinished(() => void stranger.kill());
  const pidFile = join(folder, "stranger.json");
  await writeFile(pidFile, JSON.stringify({ pid: stranger.pid, startedAt: "once", marks: [] }));
  await startForTest({ pidFile });
  expect(stranger.exitCode).toBeNull();
  expect(stranger.signalCode).toBeNull();
});

test("startTemporalServer() says so when its port is taken", async () => {
  const server = await startForTest();
  const port = Number(server.address.split(":")[1]);
  const second = startTemporalServer({ port });
  await expect(second).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(`port ${port} is already in use`),
  });
});

test("startTemporalServer() refuses a CLI that can't be run", async () => {
  const start = startTemporalServer({ cliPath: join(folder, "missing"), port: await findFreePort() });
  await expect(start).rejects.toMatchObject({ code: "unavailable" });
});

async function startForTest(options?: TemporalServerOptions): Promise<TemporalServer> {
  const server = await startTemporalServer(options);
  onTestFinished(() => server.stop());
  return server;
}

async function startByKilledParent(options: object): Promise<{ address: string; pid: number }> {
  const code = `
    import { startTemporalServer } from ${JSON.stringify(new URL("../../src/embedded/temporal-server.ts", import.meta.url).href)};
    const { address, pid } = await startTemporalServer(${JSON.stringify(options)});
    console.log(JSON.stringify({ address, pid }));
    setInterval(() => undefined, 1_000);
  `;
  const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code]);
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  parent.kill("SIGKILL");
  await once(parent, "exit");
  return JSON.parse(line.toString()) as { address: string; pid: number };
}

function canConnect(address: string): Promise<boolean> {
  const [host, port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
