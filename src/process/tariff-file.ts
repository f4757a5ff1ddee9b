import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CountersignError } from "../core/countersign-error.ts";
import { parseTariff } from "../core/guards/tariff/parse-tariff.ts";
import type { Tariff } from "../core/guards/tariff.ts";

/** Where the prices of models and tools come from: a text, a file, or nowhere. */
export interface TariffOrigin {
  /** YAML or JSON. */
  readonly tariff?: string | undefined;
  /** File with the same. Read once: calls that were reserved by one tariff are not settled by another. */
  readonly tariffFile?: string | undefined;
}

/**
 * Reads the tariff that a process prices by; `undefined` where none is named.
 * @throws invalid_request for both a text and a file, a file that can't be read, and a document with faults, with line and column
 */
export async function loadTariff({ tariff, tariffFile }: TariffOrigin): Promise<Tariff | undefined> {
  if (tariff !== undefined && tariffFile !== undefined) {
    throw new CountersignError("invalid_request", "Only one of tariff and tariffFile can be given");
  }
  if (tariff !== undefined) return parseTariff(tariff);
  if (tariffFile === undefined) return undefined;
  return parseTariff(await readText(resolve(tariffFile)), { file: tariffFile });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new CountersignError("invalid_request", `The tariff file ${path} can't be read`, { cause: error });
  }
}
