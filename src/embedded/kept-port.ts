import { writeFile } from "node:fs/promises";
import { findFreePort, isPortFree } from "./free-port.ts";
import { readIfThere } from "./secrets.ts";

/** The port that a file names, if it is free, so that links survive a restart; otherwise a free one, which the file names from now on. */
export async function keepPort(file: string): Promise<number> {
  const kept = Number(await readIfThere(file));
  if (Number.isInteger(kept) && kept > 0 && kept < 65_536 && (await isPortFree(kept))) return kept;
  const port = await findFreePort();
  await writeFile(file, `${port}\n`);
  return port;
}
