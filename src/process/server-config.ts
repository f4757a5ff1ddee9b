import { checkConfig, type Config, type ConfigFault, createConfigError } from "../config/config.ts";
import { CountersignError } from "../core/countersign-error.ts";

/**
 * The configuration of a process that serves or works, with the tariff that it names looked at as well: whoever starts one hears
 * of every fault at once.
 * @throws invalid_request with one line per fault
 */
export async function loadServerConfig(env: Readonly<Record<string, string | undefined>>): Promise<Config> {
  const { config, faults } = checkConfig(env);
  const all = [...faults, ...(await findTariffFaults(env["COUNTERSIGN_TARIFF"]))];
  if (config === undefined || all.length > 0) throw createConfigError(all);
  return config;
}

async function findTariffFaults(tariffFile: string | undefined): Promise<readonly ConfigFault[]> {
  if (tariffFile === undefined || tariffFile === "") return [];
  // What reads documents is only loaded where there is one.
  const { loadTariff } = await import("./tariff-file.ts");
  try {
    await loadTariff({ tariffFile });
    return [];
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    return [{ variable: "COUNTERSIGN_TARIFF", problem: `can't be used. ${error.message}` }];
  }
}
