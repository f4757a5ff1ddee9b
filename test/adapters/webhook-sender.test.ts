import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createWebhookSender, type Resolve, type WebhookSenderOptions } from "../../src/adapters/webhook-sender.ts";
import { parseAllowance } from "../../src/core/webhooks/allowance.ts";
import type { WebhookAnswer } from "../../src/gateway/ports.ts";
import { startReceiver } from "../support/receiver.ts";

const REQUEST = { headers: { "content-type": "application/json", "webhook-id": "msg_1" }, body: '{"ü":1}' };
const LOOPBACK = { allow: [parseAllowance("127.0.0.0/8") ?? expect.fail()] };
const ANY_HOST = { allow: [parseAllowance("receiver.test") ?? expect.fail()] };
const NOT_CALLED = { fault: "The host has an address that may not be called" };

function send(url: string, options: WebhookSenderOptions = LOOPBACK): Promise<WebhookAnswer> {
  return createWebhookSender(options).send({ ...REQUEST, url });
}

/** A server that speaks as it likes. */
async function startRaw(speak: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    speak(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("createWebhookSender()", () => {
  it("posts the body as it is, with the headers that it was given and those of the transport alone", async () => {
    const receiver = await startReceiver();
    expect(await send(`${receiver.url}?a=b%20c`)).toEqual({ status: 204 });
    const [message] = receiver.received;
    expect([message?.path, message?.body]).toEqual(["/hook?a=b%20c", '{"ü":1}']);
    expect(message?.headers).toEqual({
      ...REQUEST.headers,
      ...{ host: `127.0.0.1:${receiver.port}`, "content-length": "8", connection: "close" },
    });
  });

  it.each([200, 301, 307, 400, 410, 500])(
    "tells the status %i of an answer, and nothing that it holds",
    async (status) => {
      const receiver = await startReceiver();
      receiver.answer((_, response) => void response.writeHead(status, { "x-secret": "1" }).end("a secret"));
      expect(await send(receiver.url)).toEqual({ status });
    },
  );

  it("follows no redirect, wherever it leads", async () => {
    const [inside, receiver] = [await startReceiver(), await startReceiver()];
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer((_, response) => void response.writeHead(status, { location: inside.url, refresh: "0" }).end());
      expect(await send(receiver.url)).toEqual({ status });
    }
    expect([inside.connections(), receiver.received.length]).toEqual([0, 5]);
  });

  it("calls nothing on this machine that isn't allowed, however it is written", async () => {
    const { port, connections } = await startReceiver();
    for (const host of [
      "127.0.0.1",
      "127.1",
      "2130706433",
      "0x7f.1",
      "[::ffff:127.0.0.1]",
      "0",
      "localhost",
      "[::1]",
    ]) {
      for (const scheme of ["http", "https"]) {
        expect((await send(`${scheme}://${host}:${port}/`, {})).fault).toBeDefined();
      }
    }
    expect(connections()).toBe(0);
  });

  it("calls no name that has an address inside, alone or among others", async () => {
    const { port, connections } = await startReceiver();
    for (const addresses of [
      ["127.0.0.1"],
      ["1.1.1.1", "127.0.0.1"],
      ["::ffff:7f00:1"],
      ["10.0.0.1"],
      ["fd00:ec2::254"],
    ]) {
      expect(await send(`https://rebound.test:${port}/`, { resolve: async () => addresses })).toEqual(NOT_CALLED);
    }
    expect(connections()).toBe(0);
  });

  it("connects to the address that was checked: the name is asked for once, and no other answer counts", async () => {
    const receiver = await startReceiver();
    const resolve = vi.fn<Resolve>().mockResolvedValueOnce(["127.0.0.1"]).mockResolvedValue(["127.0.0.2"]);
    expect(await send(`http://receiver.test:${receiver.port}/`, { ...ANY_HOST, resolve })).toEqual({ status: 204 });
    expect(resolve.mock.calls).toEqual([["receiver.test"]]);
    expect(receiver.received[0]?.headers.host).toBe(`receiver.test:${receiver.port}`);
  });

  it("tries the further addresses of a name when the first one doesn't answer", async () => {
    const receiver = await startReceiver();
    const resolve = async (): Promise<string[]> => ["127.0.0.9", "127.0.0.1"];
    expect(await send(`http://receiver.test:${receiver.port}/`, { ...ANY_HOST, resolve })).toEqual({ status: 204 });
  });

  it("speaks without TLS to allowed hosts alone, on the allowed port", async () => {
    const receiver = await startReceiver();
    const url = `http://receiver.test:${receiver.port}/`;
    const resolve = async (): Promise<string[]> => ["127.0.0.1"];
    const allowOther = [parseAllowance(`receiver.test:${receiver.port + 1}`) ?? expect.fail()];
    for (const options of [{}, LOOPBACK, { allow: allowOther }]) {
      expect((await send(url, { ...options, resolve })).fault).toContain("must be an https URL");
    }
    expect(receiver.connections()).toBe(0);
  });

  it("asks no proxy of the environment", async () => {
    const [proxy, receiver] = [await startReceiver(), await startReceiver()];
    for (const name of ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]) {
      vi.stubEnv(name, proxy.url);
    }
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await send(receiver.url)).toEqual({ status: 204 });
    expect([proxy.connections(), receiver.connections()]).toEqual([0, 1]);
  });
});

describe("createWebhookSender() before a receiver that misbehaves", () => {
  const hasty = { ...LOOPBACK, timeoutMs: 300 };
  const SLOW = { fault: "No answer in time" };

  it.each<[string, (socket: Socket) => void]>([
    ["says nothing", () => undefined],
    ["says half a line", (socket) => void socket.write("HTTP/1.1 200")],
    ["sends headers for ever", (socket) => drip(socket, "HTTP/1.1 200 OK\r\n", "x: y\r\n")],
    ["sends interim answers for ever", (socket) => drip(socket, "", "HTTP/1.1 103 Early Hints\r\n\r\n")],
  ])("gives up in time when it %s", async (_, speak) => {
    const startedAtMs = performance.now();
    expect(await send(await startRaw(speak), hasty)).toEqual(SLOW);
    expect(performance.now() - startedAtMs).toBeLessThan(3_000);
  });

  it("gives up in time when the resolver never answers", async () => {
    const resolve = (): Promise<string[]> => new Promise(() => undefined);
    const answer = await send("https://receiver.test/", { ...hasty, resolve });
    expect(answer).toEqual({ fault: "The host's name can't be resolved" });
  });

  it("takes the status of an answer whose body never ends, slow or fast, and reads little of it", async () => {
    const slow = await startRaw((socket) => drip(socket, "HTTP/1.1 200 OK\r\n\r\n", "x"));
    expect(await send(slow, hasty)).toEqual({ status: 200 });
    let sentBytes = 0;
    const endless = await startRaw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const pour = (): void => {
        while (!socket.destroyed && sentBytes < 1e9 && socket.write(Buffer.alloc(65_536))) sentBytes += 65_536;
      };
      socket.on("drain", pour);
      pour();
    });
    expect(await send(endless)).toEqual({ status: 200 });
    expect(sentBytes).toBeLessThan(50e6);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["closes without an answer", (socket) => void socket.end()],
    ["resets the connection", (socket) => void socket.resetAndDestroy()],
    ["speaks no HTTP", (socket) => void socket.end("220 smtp.example.com ready\r\n")],
    [
      "answers with headers without end",
      (socket) => void socket.end(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}\r\n\r\n`),
    ],
    [
      "changes the protocol",
      (socket) => void socket.end("HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
    ],
    [
      "repeats its length",
      (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
    ],
  ])("tells a fault without an address when it %s", async (_, speak) => {
    const { fault } = await send(await startRaw(speak));
    expect(fault).toMatch(/^The connection (failed \([A-Z_]+\)|was closed without an answer)$/);
  });

  it("tells that nobody listens, that a name is unknown, and that TLS isn't spoken", async () => {
    const { url, port, close } = await startReceiver();
    expect((await send(`https://127.0.0.1:${port}/`)).fault).toMatch(/^The connection failed \(E/);
    await close();
    expect(await send(url)).toEqual({ fault: "The connection failed (ECONNREFUSED)" });
    const resolve = (): Promise<string[]> => Promise.reject(new Error("ENOTFOUND secret-host"));
    expect(await send("https://receiver.test/", { resolve })).toEqual({ fault: "The host's name can't be resolved" });
  });
});

/** Begins, and goes on a little at a time until the other end has had enough. */
function drip(socket: Socket, start: string, more: string): void {
  socket.write(start);
  const timer = setInterval(() => socket.write(more), 20);
  socket.on("close", () => clearInterval(timer));
}
