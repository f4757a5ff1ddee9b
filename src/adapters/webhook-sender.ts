import { lookup as lookUp } from "node:dns/promises";
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { WebhookAllowance } from "../core/webhooks/allowance.ts";
import { isOneOf, mayCall, readTarget, type WebhookTarget } from "../core/webhooks/target.ts";
import type { WebhookAnswer, WebhookRequest, WebhookSender } from "../gateway/ports.ts";

/** Milliseconds for all of it: the name, the connection, the answer. Our choice: half the time that receivers are advised to answer within. */
const TIMEOUT_MS = 10_000;
/** Bytes of an answer that are read before the connection is cut. None is kept; a receiver is only let finish its sentence. */
const MAX_ANSWER_BYTES = 65_536;

/** Gives every address of a name. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What a sender needs. */
export interface WebhookSenderOptions {
  /** What may be called besides public addresses over TLS; default nothing. */
  readonly allow?: readonly WebhookAllowance[];
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
  /** Milliseconds for one message; default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * Sends messages over HTTPS. Names are resolved here, each address is checked, and the connection goes to the addresses that were
 * checked and to no others. Redirects are not followed, proxies of the environment are not asked, and of the answer only its status is
 * kept.
 */
export function createWebhookSender(options: WebhookSenderOptions = {}): WebhookSender {
  const { allow = [], resolve = resolveName, timeoutMs = TIMEOUT_MS } = options;
  return {
    send: async (request) => {
      const { target, problem } = readTarget(request.url, allow);
      if (target === undefined) return { fault: `The URL ${problem}` };
      const signal = AbortSignal.timeout(timeoutMs);
      const addresses = await within(signal, findAddresses(target, resolve));
      if (addresses === undefined) return { fault: "The host's name can't be resolved" };
      if (!mayCall(target, addresses, allow)) return { fault: "The host has an address that may not be called" };
      return post({ target, addresses, request, signal });
    },
  };
}

async function resolveName(host: string): Promise<readonly string[]> {
  return (await lookUp(host, { all: true, verbatim: true })).map(({ address }) => address);
}

async function findAddresses({ host }: WebhookTarget, resolve: Resolve): Promise<readonly string[]> {
  return isIP(host) === 0 ? resolve(host) : [host];
}

/** What the work gives; `undefined` when it fails, or the signal aborts before. A resolver can't be stopped, only left. */
function within<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result | undefined> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
    work.then(resolve, () => resolve(undefined));
  });
}

interface Posting {
  readonly target: WebhookTarget;
  /** Checked ones. */
  readonly addresses: readonly string[];
  readonly request: WebhookRequest;
  readonly signal: AbortSignal;
}

function post(posting: Posting): Promise<WebhookAnswer> {
  return new Promise((resolve) => {
    const outgoing = open(posting);
    let status: number | undefined;
    const end = (fault: string): void => {
      outgoing.destroy();
      resolve(status === undefined ? { fault } : { status });
    };
    outgoing.on("error", (error) => end(describeFault(error, posting.signal)));
    outgoing.on("close", () => end("The connection was closed without an answer"));
    outgoing.on("socket", (socket) => {
      socket.on("connect", () => {
        if (!isOneOf(socket.remoteAddress, posting.addresses)) end("The connection led elsewhere");
      });
    });
    outgoing.on("response", (response) => {
      status = response.statusCode;
      drain(response, () => end(""));
    });
    outgoing.end(posting.request.body);
  });
}

/** An agent of its own for each message: no connection is shared, and none that a later check would refuse is left open. */
function open({ target, addresses, request, signal }: Posting): ClientRequest {
  const options = {
    ...{ method: "POST", host: target.host, port: target.port, path: target.path, signal },
    headers: { ...request.headers, "content-length": Buffer.byteLength(request.body) },
    lookup: pinTo(addresses),
  };
  if (!target.isSecure) return requestHttp({ ...options, agent: new HttpAgent({ keepAlive: false }) });
  const agent = new HttpsAgent({ keepAlive: false, maxCachedSessions: 0 });
  return requestHttps({ ...options, agent, rejectUnauthorized: true });
}

/** Answers every question for an address with those that were checked. */
function pinTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const [first] = found;
    if (options.all === true) callback(null, found);
    else callback(null, first?.address ?? "", first?.family);
  };
}

/** Reads on until the end, or until it is too much. */
function drain(response: IncomingMessage, done: () => void): void {
  let leftBytes = MAX_ANSWER_BYTES;
  response.on("data", (chunk: Buffer) => {
    leftBytes -= chunk.length;
    if (leftBytes < 0) done();
  });
  response.on("end", done);
  response.on("error", done);
}

/** Only the system's own word for it: messages name addresses. */
function describeFault(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return "No answer in time";
  const code = "code" in error && typeof error.code === "string" ? error.code : "unknown";
  return `The connection failed (${code})`;
}
