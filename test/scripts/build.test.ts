import { access, appendFile, constants, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";
import { createClone } from "./clone.ts";

const SOURCES = ["src", "workflows", "activities", "worker", "policies"];
const FILES = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
const BUILD = `
  const { ensureBuild } = await import("./scripts/build.mjs");
  await ensureBuild();
`;

test(
  "ensureBuild() builds once per state of the sources, whole, also when two start at once",
  { timeout: 180_000 },
  async () => {
    const clone = await createClone(...SOURCES, ...FILES);
    await symlink(join(packageRoot(), "node_modules"), join(clone.folder, "node_modules"));
    const together = await Promise.all([clone.run(BUILD), clone.run(BUILD)]);
    const again = await clone.run(BUILD);
    await appendFile(join(clone.folder, "src", "index.ts"), "\nexport const added = true;\n");
    const changed = await clone.run(BUILD);
    await appendFile(join(clone.folder, "policies", "strict.yaml"), "\n# changed\n");
    const retold = await clone.run(BUILD);
    expect(together.map(({ code }) => code)).toEqual([0, 0]);
    expect(together.filter(({ stderr }) => stderr.includes("Building"))).toHaveLength(1);
    expect(again).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(changed.stderr).toContain("Building");
    expect(retold.stderr).toContain("Building");
    expect(await readFile(join(clone.folder, "dist", "policies", "strict.yaml"), "utf8")).toContain("# changed");
    expect(await readFile(join(clone.folder, "dist", "src", "index.js"), "utf8")).toContain("added");
    await access(join(clone.folder, "dist", "src", "cli", "bin.js"), constants.X_OK);
    await access(join(clone.folder, "dist", "src", "store", "migrations", "0001_initial.sql"));
    await access(join(clone.folder, "dist", "src", "http", "assets", "swagger-ui-bundle.js"));
  },
);
