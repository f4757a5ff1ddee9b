import { CountersignError } from "../../countersign-error.ts";
import { FaultLog, formatFault, type PolicyFault, sortFaults } from "../../policy/document/faults.ts";
import { readObject } from "../../policy/document/read-object.ts";
import { readYaml } from "../../policy/document/read-yaml.ts";
import type { Tariff } from "../tariff.ts";
import { createTariff } from "./create-tariff.ts";
import { readTariff } from "./read-tariff.ts";

/** What else is known of a tariff document. */
export interface TariffOptions {
  /** Name of the file it came from, for messages only; nothing is read from there. */
  readonly file?: string | undefined;
}

/**
 * Reads a tariff document: YAML or JSON text, or the same as plain data. It is taken whole or not at all.
 * @throws CountersignError `invalid_request` with every fault in `details.faults`, of a text with line and column
 */
export function parseTariff(source: string | object, options: TariffOptions = {}): Tariff {
  const log = new FaultLog();
  const node = typeof source === "string" ? readYaml(source, log) : readObject(source, log);
  const document = node && readTariff({ node, path: "", log });
  if (document === undefined || log.faults.length > 0) throw createTariffError(sortFaults(log.faults), options);
  return createTariff(document);
}

function createTariffError(faults: readonly PolicyFault[], { file }: TariffOptions): CountersignError {
  const what = `The tariff is not valid: ${faults.map(formatFault).join("; ")}`;
  const details = { ...(file === undefined ? {} : { file }), faults };
  return new CountersignError("invalid_request", file === undefined ? what : `${file}: ${what}`, { details });
}
