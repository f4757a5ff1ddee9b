import { addFault, type Cursor, readListItems, readMap, readText, readWord } from "../../policy/document/cursor.ts";
import { entriesOf, joinPath } from "../../policy/document/document-tree.ts";

/** Prices of a model, in billionths of a dollar for as many tokens as the document says. */
export interface ModelPrice {
  /** Of a token of the input that came from no cache. */
  readonly input: number;
  /** Of a token of the input that came from a cache. */
  readonly cachedInput: number;
  /** Of a token of the output. */
  readonly output: number;
}

/** A tariff document without faults. */
export interface TariffDocument {
  /** As the document calls itself. */
  readonly version: string;
  /** How many tokens the models' prices are for. */
  readonly perTokens: number;
  /** By provider, then by model. */
  readonly models: ReadonlyMap<string, ReadonlyMap<string, ModelPrice>>;
  /** Millionths of a dollar for one use, by tool. */
  readonly tools: ReadonlyMap<string, number>;
  /** What a model costs that the document doesn't name; undefined when such a one is refused. */
  readonly unknownModel: ModelPrice | undefined;
}

/** Dollars for a thousand or a million tokens at most. Our choice: the price of the largest usage is still exact. */
const MAX_MODEL_PRICE = 1_000;
/** Dollars for one use of a tool at most. Our choice. */
const MAX_TOOL_PRICE = 1_000_000;
/** Models, and tools, of one tariff at most. Our choice: more than all providers offer together. */
const MAX_PRICES = 5_000;
/** Characters of a version, and of the name of a provider, model or tool, as in a reported usage. */
const MAX_NAME_CHARS = 200;

const TARIFF_KEYS = { known: ["version", "currency", "per", "models", "tools", "unknown_model", "default"] };
const PRICE_KEYS = ["input", "cached_input", "output"];
const PER_TOKENS = { "1M tokens": 1_000_000, "1k tokens": 1_000 } as const;

type Members = ReadonlyMap<string, Cursor>;
type Models = Map<string, Map<string, ModelPrice>>;

/** Reads a tariff document. After a fault the answer is worthless; the caller looks at the log first. */
export function readTariff(cursor: Cursor): TariffDocument | undefined {
  const members = readMap(cursor, TARIFF_KEYS);
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["version"]);
  const version = readMember(members, "version", readName);
  readMember(members, "currency", (currency) => readWord(currency, ["usd"]));
  const perTokens = readPerTokens(cursor, members);
  const models = readMember(members, "models", readModels) ?? new Map();
  const tools = readMember(members, "tools", readTools) ?? new Map();
  const unknownModel = readUnknownModel(cursor, members);
  return version === undefined ? undefined : { version, perTokens, models, tools, unknownModel };
}

function readPerTokens(cursor: Cursor, members: Members): number {
  if (members.has("models") || members.has("default")) requireKeys(cursor, members, ["per"]);
  const per = readMember(members, "per", (at) => readWord(at, ["1M tokens", "1k tokens"] as const));
  return PER_TOKENS[per ?? "1M tokens"];
}

function readModels(cursor: Cursor): Models {
  const models: Models = new Map();
  const items = readListItems(cursor) ?? [];
  if (items.length > MAX_PRICES) addFault(cursor, `A tariff has at most ${MAX_PRICES} models`);
  for (const item of items.slice(0, MAX_PRICES)) if (!item.log.isFull) readModel(item, models);
  return models;
}

function readModel(cursor: Cursor, models: Models): void {
  const members = readMap(cursor, { known: ["provider", "model", ...PRICE_KEYS] });
  if (members === undefined) return;
  requireKeys(cursor, members, ["provider", "model"]);
  const provider = readMember(members, "provider", readName);
  const model = readMember(members, "model", readName);
  const price = readModelPrice(cursor, members);
  if (provider === undefined || model === undefined || price === undefined) return;
  const ofProvider = models.get(provider) ?? new Map<string, ModelPrice>();
  if (ofProvider.has(model)) addFault(cursor, "This model of this provider stands here twice");
  models.set(provider, ofProvider.set(model, price));
}

function readModelPrice(cursor: Cursor, members: Members): ModelPrice | undefined {
  requireKeys(cursor, members, ["input", "output"]);
  const input = readMember(members, "input", readNanos);
  const cachedInput = readMember(members, "cached_input", readNanos) ?? input;
  const output = readMember(members, "output", readNanos);
  if (input === undefined || cachedInput === undefined || output === undefined) return undefined;
  return { input, cachedInput, output };
}

function readTools(cursor: Cursor): ReadonlyMap<string, number> {
  const { node, path } = cursor;
  const tools = new Map<string, number>();
  if (node.kind !== "map") addFault(cursor, "This must be a mapping of tools to prices");
  const entries = entriesOf(node);
  if (entries.length > MAX_PRICES) addFault(cursor, `A tariff has at most ${MAX_PRICES} tools`);
  for (const { key, keyAt, value } of entries.slice(0, MAX_PRICES)) {
    const member: Cursor = { ...cursor, node: value, path: joinPath(path, key) };
    if (key === "" || key.length > MAX_NAME_CHARS) {
      member.log.add(`A tool's name has 1 to ${MAX_NAME_CHARS} characters`, { at: keyAt, path: member.path });
    }
    const micros = readPrice(member, { decimals: 6, max: MAX_TOOL_PRICE });
    if (micros !== undefined) tools.set(key, micros);
  }
  return tools;
}

function readUnknownModel(cursor: Cursor, members: Members): ModelPrice | undefined {
  const answer = readMember(members, "unknown_model", (at) => readWord(at, ["refuse", "default"] as const));
  const fallback = members.get("default");
  if (fallback === undefined) return answer === "default" ? requireKeys(cursor, members, ["default"]) : undefined;
  if (answer !== "default") addFault(fallback, "This is never used", "write unknown_model: default beside it");
  const prices = readMap(fallback, { known: PRICE_KEYS });
  return prices && readModelPrice(fallback, prices);
}

function readNanos(cursor: Cursor): number | undefined {
  return readPrice(cursor, { decimals: 9, max: MAX_MODEL_PRICE });
}

/** A price as a whole number of its last decimal; what is finer is a fault, so that no price is anything but what is written. */
function readPrice(cursor: Cursor, { decimals, max }: { decimals: number; max: number }): number | undefined {
  const { node } = cursor;
  const price = node.kind === "scalar" ? node.value : undefined;
  if (typeof price !== "number" || !(price >= 0) || price > max) {
    return addFault(cursor, `This must be a price in dollars from 0 to ${max}`);
  }
  const whole = Math.round(price * 10 ** decimals);
  return whole / 10 ** decimals === price ? whole : addFault(cursor, `A price has at most ${decimals} decimals here`);
}

function readName(cursor: Cursor): string | undefined {
  return readText(cursor, { min: 1, max: MAX_NAME_CHARS });
}

function requireKeys(cursor: Cursor, members: Members, keys: readonly string[]): undefined {
  for (const key of keys) if (!members.has(key)) addFault(cursor, `The key ${key} is missing`);
}

function readMember<Value>(
  members: Members,
  key: string,
  read: (member: Cursor) => Value | undefined,
): Value | undefined {
  const member = members.get(key);
  return member && read(member);
}
