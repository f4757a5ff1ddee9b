import { z } from "zod";

const MAX_PORT = 65_535;

const HttpUrl = z
  .string()
  .refine((text) => isUrlOf(text, ["http:", "https:"]), "must be an http or https URL")
  .transform((text) => text.replace(/\/+$/, ""));

const PostgresUrl = z
  .string()
  .refine((text) => isUrlOf(text, ["postgres:", "postgresql:"]), "must be a postgres:// or postgresql:// URL");

const SecretKey = z.string().regex(/^[\x21-\x7e]{32,256}$/, "must be 32 to 256 visible ASCII characters without space");

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

/** Every variable that a Countersign process reads, all of them optional. Wire names: added, never renamed. */
export const Environment = z.object({
  COUNTERSIGN_HOST: Host.default("127.0.0.1"),
  COUNTERSIGN_PORT: Port.default(7_700),
  COUNTERSIGN_DATA_DIR: z.string().default(".countersign"),
  COUNTERSIGN_ACTIONS: z.string().optional(),
  COUNTERSIGN_POLICY: z.string().optional(),
  COUNTERSIGN_TARIFF: z.string().optional(),
  COUNTERSIGN_METRICS_PORT: Port.optional(),
  COUNTERSIGN_ADMIN_KEY: SecretKey.optional(),
  COUNTERSIGN_SIGNING_KEY: SecretKey.optional(),
  COUNTERSIGN_REDACT: Words.default([]),
  COUNTERSIGN_PUBLIC_URL: HttpUrl.optional(),
  COUNTERSIGN_LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"], {
      error: "must be fatal, error, warn, info, debug, trace or silent",
    })
    .default("info"),
  DATABASE_URL: PostgresUrl.optional(),
  TEMPORAL_ADDRESS: HostAndPort.optional(),
  TEMPORAL_NAMESPACE: z.string().default("default"),
  TEMPORAL_CLI_PATH: z.string().optional(),
  TEMPORAL_UI_URL: HttpUrl.optional(),
});

function isUrlOf(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}
