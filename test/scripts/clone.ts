import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";
import { type ProcessResult, runProcess } from "../support/run-process.ts";

/** A copy of some of the project's files, for a test to set up or break. */
export interface Clone {
  readonly folder: string;
  /** Runs a module of the clone's own `scripts` folder by a piece of code. */
  run(code: string, env?: NodeJS.ProcessEnv): Promise<ProcessResult>;
}

/** Copies the scripts and the named files or folders; the copy is deleted after the test. */
export async function createClone(...names: readonly string[]): Promise<Clone> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-clone-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ["scripts", ...names]) {
    await cp(join(packageRoot(), name), join(folder, name), { recursive: true });
  }
  return {
    folder,
    async run(code, env = process.env) {
      const file = join(folder, `run-${Math.random().toString(36).slice(2)}.mjs`);
      await writeFile(
        file,
        `import { runScript } from "./scripts/report.mjs";\nawait runScript(async () => {${code}});\n`,
      );
      return runProcess(process.execPath, [file], { cwd: folder, env });
    },
  };
}
