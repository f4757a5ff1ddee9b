import { Agent, type IncomingMessage, request } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Listener, listen } from "../../src/http/listen.ts";
import { createStartingApp } from "../../src/http/starting-app.ts";

let listener: Listener;
let agent: Agent;

beforeEach(async () => {
  agent = new Agent({ keepAlive: true });
  listener = await listen({ host: "127.0.0.1", port: 0, drainMs: 300 });
});
afterEach(async () => {
  agent.destroy();
  await listener.close();
});

/** Asks over a connection that is kept; resolves with the whole answer. */
function ask(path = "/"): Promise<IncomingMessage & { readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${listener.url}${path}`, { agent }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      answer.on("end", () => resolve(Object.assign(answer, { text })));
    });
    sent.on("error", reject).end();
  });
}

/** An app whose answers come when the test lets them. */
function createSlowApp() {
  let arrive: () => void = () => undefined;
  let send: (answer: Response) => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const answer = new Promise<Response>((resolve) => (send = resolve));
  const fetch = (): Promise<Response> => {
    arrive();
    return answer;
  };
  return { fetch, arrived, send: (response: Response) => send(response) };
}

describe("listener.close()", () => {
  test("lets a request under way end, tells its caller to close, and takes no new connection", async () => {
    const app = createSlowApp();
    listener.serve(app);
    const asked = ask();
    await app.arrived;
    const closed = listener.close();
    await expect(fetch(listener.url)).rejects.toThrow("fetch failed");
    app.send(new Response("done"));
    const answer = await asked;
    expect([answer.statusCode, answer.text, answer.headers.connection]).toEqual([200, "done", "close"]);
    await closed;
  });

  test("keeps connections while it doesn't close, and ends idle ones at once", async () => {
    listener.serve({ fetch: () => new Response("here") });
    expect((await ask()).headers.connection).toBe("keep-alive");
    const startedAtMs = performance.now();
    await listener.close();
    expect(performance.now() - startedAtMs).toBeLessThan(250);
  });

  test("leaves a request that doesn't end in time, and is one end however often it is asked for", async () => {
    const app = createSlowApp();
    listener.serve(app);
    const asked = ask();
    await app.arrived;
    const cut = expect(asked).rejects.toThrow("socket hang up");
    await Promise.all([listener.close(), listener.close()]);
    await cut;
  });
});

describe("createStartingApp()", () => {
  test("lives, says what it waits for, and asks everybody else to come again", async () => {
    let missing = ["Starting"];
    listener.serve(createStartingApp(() => missing));
    expect((await ask("/healthz")).statusCode).toBe(200);
    missing = ["Waiting for PostgreSQL"];
    const readiness = await ask("/readyz");
    expect(readiness.statusCode).toBe(503);
    expect(JSON.parse(readiness.text)).toMatchObject({ ready: false, missing, code: "unavailable" });
    const call = await ask("/v1/actions");
    expect([call.statusCode, call.headers["retry-after"]]).toEqual([503, "2"]);
    expect(JSON.parse(call.text)).toMatchObject({ code: "unavailable", retryable: true });
  });
});
