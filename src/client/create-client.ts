import { CountersignError } from "../core/countersign-error.ts";
import { type BudgetOptions, createBudget } from "./budget.ts";
import type { Client } from "./client.ts";
import { createHttpTransport } from "./http-transport.ts";
import { invokeAction, runAction } from "./invoke.ts";
import type { ClientOptions, RunOptions, WithRunOptions } from "./options.ts";
import { createResources } from "./resources.ts";
import { createRunContext, type CurrentRun } from "./run-context.ts";
import { createRunsClient, withRun } from "./runs.ts";
import { followCall, type Settling, toldSafely } from "./settled.ts";
import type { Transport } from "./transport.ts";

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_RETRIES = 3;

/** An action, or the name of one. */
type ActionOrName = string | { readonly name: string };

/**
 * Makes a client of a Countersign server. Sends nothing yet.
 * @throws invalid_request when an option is missing or can't be right
 */
export function createClient(options: ClientOptions = {}): Client {
  const transport = createTransport(options);
  const context = createRunContext();
  const findRun = (): string | undefined => context.current()?.id;
  const withActor = <Options extends Pick<RunOptions, "onBehalfOf">>(callOptions?: Options): Options =>
    ({ ...callOptions, onBehalfOf: callOptions?.onBehalfOf ?? options.onBehalfOf }) as Options;
  const inPlace = <Options extends RunOptions>(callOptions?: Options): Options => ({
    ...withActor(callOptions),
    run: callOptions?.run ?? findRun(),
  });
  const settling: Settling = { transport, onSettledError: options.onSettledError };
  const run = (action: ActionOrName, input: unknown, callOptions?: RunOptions): Promise<unknown> =>
    runAction(transport, { action: nameOf(action), input }, toldSafely(settling, inPlace(callOptions)));
  const client = {
    ...createResources(transport, options.onBehalfOf),
    invoke: async (action: ActionOrName, input: unknown, callOptions?: RunOptions) => {
      const answer = await invokeAction(transport, { action: nameOf(action), input }, inPlace(callOptions));
      followCall(settling, answer, { ...callOptions });
      return answer;
    },
    run,
    guard:
      (
        action: ActionOrName,
        { idempotencyKey, ...callOptions }: { idempotencyKey?: (input: unknown) => string } = {},
      ) =>
      (input: unknown) =>
        run(action, input, { ...callOptions, idempotencyKey: idempotencyKey?.(input) }),
    budget: (place: BudgetOptions) => createBudget(transport, withActor(place), findRun),
    runs: createRunsClient(transport, options.onBehalfOf),
    withRun: (runOptions: WithRunOptions, work: (run: CurrentRun) => unknown) =>
      withRun({ transport, context, onBehalfOf: options.onBehalfOf }, runOptions, work),
  };
  // The types of an action's input and output exist only at compile time; at run time every action is its name.
  return client as Client;
}

function createTransport(options: ClientOptions): Transport {
  const baseUrl = options.baseUrl ?? readEnvironment("COUNTERSIGN_URL");
  const apiKey = options.apiKey ?? readEnvironment("COUNTERSIGN_API_KEY");
  return createHttpTransport({
    baseUrl: parseBaseUrl(baseUrl),
    apiKey: apiKey === undefined ? undefined : parseApiKey(apiKey),
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: parseCount("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS, 1),
    maxRetries: parseCount("maxRetries", options.maxRetries ?? DEFAULT_MAX_RETRIES, 0),
  });
}

function parseBaseUrl(baseUrl: string | undefined): string {
  if (baseUrl === undefined) throw invalid("Pass baseUrl, or set COUNTERSIGN_URL");
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const isPlain = url !== undefined && `${url.username}${url.password}${url.search}${url.hash}` === "";
  if (url === undefined || !isPlain || !/^https?:$/.test(url.protocol)) {
    throw invalid("baseUrl must be an http or https URL without credentials, query or fragment");
  }
  return url.href.replace(/\/+$/, "");
}

function parseApiKey(apiKey: string): string {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw invalid("apiKey must be visible ASCII characters without space");
  return apiKey;
}

function parseCount(name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least) throw invalid(`${name} must be a whole number from ${least}`);
  return value;
}

/** A variable of the environment, where there is one: the client also runs where `process` doesn't exist. */
function readEnvironment(name: string): string | undefined {
  if (typeof process === "undefined") return undefined;
  const value = process.env[name];
  return value === "" ? undefined : value;
}

function nameOf(action: ActionOrName): string {
  return typeof action === "string" ? action : action.name;
}

function invalid(message: string): CountersignError {
  return new CountersignError("invalid_request", message);
}
