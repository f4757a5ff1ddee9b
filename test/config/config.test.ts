import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/config.ts";

test("loadConfig() gives the defaults for an empty environment", () => {
  expect(loadConfig({ PATH: "/bin", COUNTERSIGN_PORT: "" })).toEqual({
    host: "127.0.0.1",
    port: 7700,
    dataDir: ".countersign",
    actionsModule: undefined,
    policyFile: undefined,
    tariffFile: undefined,
    adminKey: undefined,
    signingKey: undefined,
    redactPatterns: [],
    publicUrl: undefined,
    previousSigningKeys: [],
    encryptionKeys: undefined,
    databaseConnections: 10,
    runtimeRole: undefined,
    retentionRole: undefined,
    retentionMs: undefined,
    traces: false,
    webhookAllow: [],
    shutdownGraceMs: 15_000,
    maxCachedRuns: 500,
    deployment: undefined,
    acceptIncompatible: false,
    logLevel: "info",
    databaseUrl: undefined,
    temporal: { address: undefined, namespace: "default", cliPath: undefined, uiUrl: undefined, environment: {} },
  });
});

test("loadConfig() reads every variable", () => {
  const config = loadConfig({
    COUNTERSIGN_HOST: "0.0.0.0",
    COUNTERSIGN_PORT: "0",
    COUNTERSIGN_DATA_DIR: "/data",
    COUNTERSIGN_ACTIONS: "a.ts",
    COUNTERSIGN_POLICY: "p.yaml",
    COUNTERSIGN_TARIFF: "t.yaml",
    COUNTERSIGN_ADMIN_KEY: "k".repeat(32),
    COUNTERSIGN_SIGNING_KEY: "~!".repeat(128),
    COUNTERSIGN_REDACT: "iban, ,tax_id",
    COUNTERSIGN_PUBLIC_URL: "https://gate.example/countersign/",
    COUNTERSIGN_WEBHOOK_ALLOW: "hooks.internal:8080, 10.0.0.0/8",
    COUNTERSIGN_LOG_LEVEL: "debug",
    COUNTERSIGN_SHUTDOWN_GRACE: "2m",
    COUNTERSIGN_MAX_CACHED_RUNS: "0",
    COUNTERSIGN_DEPLOYMENT_NAME: "refunds",
    COUNTERSIGN_BUILD_ID: "2026-11.1",
    COUNTERSIGN_ACCEPT_INCOMPATIBLE: "true",
    DATABASE_URL: "postgres://u:p@db/x?sslmode=require",
    TEMPORAL_ADDRESS: "[::1]:7233",
    TEMPORAL_API_KEY: "t",
    TEMPORAL_UI_URL: "http://ui:8080",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
  });
  expect(config).toMatchObject({
    port: 0,
    tariffFile: "t.yaml",
    traces: true,
    redactPatterns: ["iban", "tax_id"],
    webhookAllow: ["hooks.internal:8080", "10.0.0.0/8"],
    ...{ shutdownGraceMs: 120_000, maxCachedRuns: 0, acceptIncompatible: true },
    deployment: { name: "refunds", buildId: "2026-11.1" },
    publicUrl: "https://gate.example/countersign",
  });
  expect(config.temporal).toMatchObject({ address: "[::1]:7233", uiUrl: "http://ui:8080" });
  expect(config.temporal.environment).toMatchObject({ TEMPORAL_API_KEY: "t", TEMPORAL_ADDRESS: "[::1]:7233" });
});

test("loadConfig() reports all faults at once and repeats no value", () => {
  const load = () =>
    loadConfig({
      COUNTERSIGN_PORT: "77000",
      COUNTERSIGN_ADMIN_KEY: "hunter2",
      DATABASE_URL: "mysql://root:hunter2@db",
      COUNTERSIGN_LOG_LEVEL: "hunter2",
    });
  expect(load).toThrow(
    [
      "The configuration has 4 faults:",
      "  COUNTERSIGN_PORT must be a port from 0 to 65535",
      "  COUNTERSIGN_ADMIN_KEY must be 32 to 256 visible ASCII characters without space",
      "  COUNTERSIGN_LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent",
      "  DATABASE_URL must be a postgres:// or postgresql:// URL",
    ].join("\n"),
  );
});

test.each([
  { COUNTERSIGN_PORT: "-1" },
  { COUNTERSIGN_PORT: "80.5" },
  { COUNTERSIGN_PORT: "0x50" },
  { COUNTERSIGN_HOST: "http://x" },
  { COUNTERSIGN_ADMIN_KEY: "k".repeat(31) },
  { COUNTERSIGN_ADMIN_KEY: "k".repeat(257) },
  { COUNTERSIGN_ADMIN_KEY: `${"k".repeat(31)} k` },
  { COUNTERSIGN_PUBLIC_URL: "gate.example" },
  { COUNTERSIGN_WEBHOOK_ALLOW: "*.internal" },
  { COUNTERSIGN_SHUTDOWN_GRACE: "15" },
  { COUNTERSIGN_SHUTDOWN_GRACE: "61m" },
  { COUNTERSIGN_MAX_CACHED_RUNS: "-1" },
  { COUNTERSIGN_ACCEPT_INCOMPATIBLE: "yes" },
  { COUNTERSIGN_DEPLOYMENT_NAME: "a" },
  { COUNTERSIGN_BUILD_ID: "1" },
  { COUNTERSIGN_DEPLOYMENT_NAME: "a", COUNTERSIGN_BUILD_ID: "a b" },
  { TEMPORAL_ADDRESS: "temporal" },
  { TEMPORAL_ADDRESS: "http://temporal:7233" },
])("loadConfig() refuses %j", (env) => {
  expect(() => loadConfig(env)).toThrow(expect.objectContaining({ code: "invalid_request" }));
});

test.each([
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_SDK_DISABLED: "True" }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_TRACES_EXPORTER: "none" }, false],
  [{ OTEL_SERVICE_NAME: "gate" }, false],
])("loadConfig() reads from %o whether traces are sent", (environment, traces) => {
  expect(loadConfig(environment).traces).toBe(traces);
});
