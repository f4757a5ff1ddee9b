import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
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
