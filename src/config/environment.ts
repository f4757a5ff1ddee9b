import { z } from "zod";
import { parseKeyRing } from "../core/key-ring.ts";
import { parseAllowance } from "../core/webhooks/allowance.ts";
import { parseDurationMs } from "../core/policy/document/durations.ts";

const MAX_PORT = 65_535;
/** A hundred years. Our choice: a time that far back is still one that the database can name. */
const MAX_RETENTION_MS = 36_500 * 86_400_000;

/** Whoever asked a process to end has killed it long before. Our choice. */
const MAX_GRACE_MS = 3_600_000;

const HttpUrl = z
  .string()
  .refine((text) => isUrlOf(text, ["http:", "https:"]), "must be an http or https URL")
  .transform((text) => text.replace(/\/+$/, ""));

const PostgresUrl = z
  .string()
  .refine((text) => isUrlOf(text, ["postgres:", "postgresql:"]), "must be a postgres:// or postgresql:// URL");

const SecretKey = z.string().regex(/^[\x21-\x7e]{32,256}$/, "must be 32 to 256 visible ASCII characters without space");

/** Earlier keys; a comma, which is a visible character too, stands between two and in none. */
const SecretKeys = z
  .string()
  .transform((text) => text.split(",").map((key) => key.trim()))
  .refine((keys) => keys.every((key) => SecretKey.safeParse(key).success), {
    error: "must be keys of 32 to 256 visible ASCII characters, with commas between them",
  });

const EncryptionKeys = z.string().transform((text, context) => {
  const { ring, problem } = parseKeyRing(text);
  if (ring !== undefined) return ring;
  context.addIssue({ code: "custom", message: problem });
  return z.NEVER;
});

const Port = z
  .string()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT, `must be a port from 0 to ${MAX_PORT}`)
  .transform(Number);

/** A host name or an IP address: no scheme, no path. */
const Host = z.string().regex(/^[0-9A-Za-z.:_-]{1,255}$/, "must be a host name or an IP address");

const HostAndPort = z
  .string()
  .regex(/^(?:[0-9A-Za-z._-]{1,255}|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/, "must be host:port, such as 127.0.0.1:7233");

const Words = z.string().transform((text) =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== ""),
);

/** A whole number of seconds, minutes, hours or days, such as `15s`, in milliseconds. */
const Duration = z.string().transform((text, context) => {
  const durationMs = parseDurationMs(text);
  if (durationMs !== undefined) return durationMs;
  context.addIssue({ code: "custom", message: "must be a duration such as 15s, 5m or 2h" });
  return z.NEVER;
});

const Flag = z.enum(["true", "false"], { error: "must be true or false" }).transform((text) => text === "true");

/** A role's name: what PostgreSQL keeps of one, without quotes or control characters. */
const RoleName = z.string().regex(/^[^\s"'\\\p{C}]{1,63}$/u, "must be the name of a database role, 1 to 63 characters");

/** A word of Temporal's: a deployment's name or a build's id. */
const DeploymentWord = z
  .string()
  .regex(/^[0-9A-Za-z_-][0-9A-Za-z._-]{0,127}$/, "must be 1 to 128 letters, digits, dots, hyphens or underscores");

const WebhookAllowances = Words.refine((words) => words.every((word) => parseAllowance(word) !== undefined), {
  error: "must be host names, host:port, addresses or ranges such as 10.0.0.0/8, with commas between them",
});

/** Every variable that a Countersign process reads, all of them optional. Wire names: added, never renamed. */
export const Environment = z
  .object({
    COUNTERSIGN_HOST: Host.default("127.0.0.1"),
    COUNTERSIGN_PORT: Port.default(7_700),
    COUNTERSIGN_DATA_DIR: z.string().default(".countersign"),
    COUNTERSIGN_ACTIONS: z.string().optional(),
    COUNTERSIGN_POLICY: z.string().optional(),
    COUNTERSIGN_TARIFF: z.string().optional(),
    COUNTERSIGN_METRICS_PORT: Port.optional(),
    COUNTERSIGN_ADMIN_KEY: SecretKey.optional(),
    COUNTERSIGN_SIGNING_KEY: SecretKey.optional(),
    COUNTERSIGN_PREVIOUS_SIGNING_KEYS: SecretKeys.default([]),
    COUNTERSIGN_ENCRYPTION_KEYS: EncryptionKeys.optional(),
    COUNTERSIGN_REDACT: Words.default([]),
    COUNTERSIGN_PUBLIC_URL: HttpUrl.optional(),
    COUNTERSIGN_WEBHOOK_ALLOW: WebhookAllowances.default([]),
    COUNTERSIGN_LOG_LEVEL: z
      .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
        error: "must be fatal, error, warn, info, debug, trace or silent",
      })
      .default("info"),
    COUNTERSIGN_SHUTDOWN_GRACE: Duration.refine((graceMs) => graceMs <= MAX_GRACE_MS, "must be at most 1h").default(
      15_000,
    ),
    COUNTERSIGN_MAX_CACHED_RUNS: z
      .string()
      .refine((text) => /^\d{1,6}$/.test(text), "must be a whole number up to 999999")
      .transform(Number)
      .default(500),
    COUNTERSIGN_DEPLOYMENT_NAME: DeploymentWord.optional(),
    COUNTERSIGN_BUILD_ID: DeploymentWord.optional(),
    COUNTERSIGN_ACCEPT_INCOMPATIBLE: Flag.default(false),
    DATABASE_URL: PostgresUrl.optional(),
    COUNTERSIGN_DATABASE_CONNECTIONS: z
      .string()
      .refine((text) => /^[1-9]\d{0,2}$/.test(text), "must be a whole number from 1 to 999")
      .transform(Number)
      .default(10),
    COUNTERSIGN_RUNTIME_ROLE: RoleName.optional(),
    COUNTERSIGN_RETENTION_ROLE: RoleName.optional(),
    COUNTERSIGN_RETENTION: Duration.refine((ageMs) => ageMs <= MAX_RETENTION_MS, "must be at most 36500d").optional(),
    TEMPORAL_ADDRESS: HostAndPort.optional(),
    TEMPORAL_NAMESPACE: z.string().default("default"),
    TEMPORAL_CLI_PATH: z.string().optional(),
    TEMPORAL_UI_URL: HttpUrl.optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: HttpUrl.optional(),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: HttpUrl.optional(),
    OTEL_TRACES_EXPORTER: z.string().optional(),
    OTEL_SDK_DISABLED: z.string().optional(),
  })
  .refine(
    (variables) =>
      (variables.COUNTERSIGN_DEPLOYMENT_NAME === undefined) === (variables.COUNTERSIGN_BUILD_ID === undefined),
    { path: ["COUNTERSIGN_BUILD_ID"], error: "must be given together with COUNTERSIGN_DEPLOYMENT_NAME" },
  );

function isUrlOf(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}
