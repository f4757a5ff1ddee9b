import { access, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../src/embedded/temporal-cli.ts";

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly healthcheck?: unknown;
}

let text: string;
let services: Readonly<Record<string, Service>>;

beforeAll(async () => {
  text = await readFile(join(packageRoot(), "docker-compose.yml"), "utf8");
  services = (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
});

test("docker-compose.yml pins every image and publishes on this machine only", () => {
  for (const { image, ports = [] } of Object.values(services)) {
    expect(image).toMatch(/^[a-z/-]+:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  }
});

test("docker-compose.yml has no secret of its own: each must be given", () => {
  const secrets = Object.values(services).flatMap(({ environment = {} }) =>
    Object.entries(environment).filter(([name]) => /PASSWORD|PWD|_KEY$|DATABASE_URL/.test(name)),
  );
  expect(secrets.length).toBeGreaterThan(5);
  for (const [, value] of secrets) expect(value).toMatch(/\$\{[A-Z_]+:\?/);
  expect(text).not.toMatch(/\$\{[A-Z_]+(:?-|\})/);
});

test("docker-compose.yml waits for services that exist, and for health only where it is checked", () => {
  const waits = Object.values(services).flatMap(({ depends_on = {} }) => Object.entries(depends_on));
  const forHealth = waits.filter(([, { condition }]) => condition === "service_healthy");
  expect(Object.keys(services)).toEqual(expect.arrayContaining(waits.map(([name]) => name)));
  for (const [name] of forHealth) expect(services[name]?.healthcheck).toBeDefined();
});

test("docker-compose.yml keeps the Temporal UI from changing anything", () => {
  expect(services["temporal-ui"]?.environment).toMatchObject({ TEMPORAL_DISABLE_WRITE_ACTIONS: "true" });
});

test("docker-compose.yml names files of the image that the clone has", async () => {
  const words = Object.values(services).flatMap(({ command = [], environment = {} }) => [
    ...command,
    ...Object.values(environment),
  ]);
  const paths = words.filter((word) => word.startsWith("/app/")).map((word) => word.slice("/app/".length));
  expect(paths.length).toBeGreaterThan(0);
  for (const path of paths) await access(join(packageRoot(), path));
});

/** Whether the schema of compose files takes a document; its package is a linter, of which only the schema is wanted. */
async function fitsSchema(document: unknown): Promise<boolean> {
  const folder = dirname(createRequire(import.meta.url).resolve("dclint/package.json"));
  // It names draft 7, which is what the checker takes by default, by an address of its own.
  const text = await readFile(join(folder, "schemas/compose.schema.json"), "utf8");
  const schema = JSON.parse(text.replace(/"\$schema": "[^"]+",/, "")) as object;
  return new Ajv({ strict: false, validateFormats: false }).validate(schema, document);
}

test("docker-compose.yml fits the schema of compose files, which a misspelt member doesn't", async () => {
  expect(await fitsSchema(parse(text, { merge: true }))).toBe(true);
  expect(await fitsSchema(parse(text.replaceAll("healthcheck:", "healthchecks:"), { merge: true }))).toBe(false);
});

test("docker-compose.yml checks the health of everything that serves", () => {
  for (const name of ["postgres", "temporal", "api", "worker"]) expect(services[name]?.healthcheck).toBeDefined();
});
