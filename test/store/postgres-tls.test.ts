import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { isUnavailable } from "../../src/store/errors.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";

let server: PostgresServer;
let folder: string;

/** A server that speaks TLS and asks for a client certificate, and authorities of which one signed both. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-tls-"));
  for (const authority of ["ca", "other-ca"]) makeAuthority(authority);
  makeCertificate("server", "ca", "subjectAltName=DNS:localhost");
  makeCertificate("stranger", "ca", "subjectAltName=DNS:elsewhere.example");
  makeCertificate("client", "ca", "extendedKeyUsage=clientAuth");
  makeCertificate("other-client", "other-ca", "extendedKeyUsage=clientAuth");
  server = await startPostgres();
  await requireTls();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
}

function makeAuthority(name: string): void {
  const subject = ["-subj", `/CN=${name}`];
  openssl(
    "req",
    "-x509",
    "-newkey",
    "ed25519",
    "-nodes",
    "-days",
    "2",
    ...subject,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.crt`,
  );
}

function makeCertificate(name: string, authority: string, extension: string): void {
  writeFileSync(join(folder, `${name}.ext`), extension);
  openssl(
    "req",
    "-new",
    "-newkey",
    "ed25519",
    "-nodes",
    "-subj",
    `/CN=${name}`,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.csr`,
  );
  const signer = ["-CA", `${authority}.crt`, "-CAkey", `${authority}.key`, "-CAcreateserial"];
  openssl(
    "x509",
    "-req",
    "-days",
    "2",
    "-in",
    `${name}.csr`,
    "-out",
    `${name}.crt`,
    "-extfile",
    `${name}.ext`,
    ...signer,
  );
}

/** Puts certificate and key where only the server reads them, and lets nobody in without a certificate of the authority. */
async function requireTls(certificate = "server"): Promise<void> {
  const db = await openPostgres({ url: tlsUrl() }).catch(() => openPostgres({ url: server.url }));
  const [row] = await db.query<{ folder: string }>("select current_setting('data_directory') as folder");
  const data = row?.folder ?? "";
  const { uid, gid } = statSync(data);
  for (const [from, to] of [
    ["ca.crt", "ca.crt"],
    [`${certificate}.crt`, "server.crt"],
    [`${certificate}.key`, "server.key"],
  ] as const) {
    copyFileSync(join(folder, from), join(data, to));
    chownSync(join(data, to), uid, gid);
    chmodSync(join(data, to), 0o600);
  }
  writeFileSync(join(data, "pg_hba.conf"), "hostssl all all all trust clientcert=verify-ca\n");
  for (const setting of ["ssl = on", "ssl_ca_file = 'ca.crt'"]) await db.query(`alter system set ${setting}`);
  await db.query("select pg_reload_conf()");
  await db.close();
}

function tlsUrl({
  host = "localhost",
  ca = "ca",
  client = "client",
}: { host?: string; ca?: string; client?: string } = {}): string {
  const url = new URL(server.url);
  url.hostname = host;
  const file = (name: string) => join(folder, name);
  const parameters = {
    sslmode: "verify-full",
    sslrootcert: file(`${ca}.crt`),
    sslcert: file(`${client}.crt`),
    sslkey: file(`${client}.key`),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

async function readVersion(url: string): Promise<unknown> {
  const db = await openPostgres({ url });
  try {
    return (
      await db.query("select ssl, version like 'TLSv1.%' as modern from pg_stat_ssl where pid = pg_backend_pid()")
    )[0];
  } finally {
    await db.close();
  }
}

test("openPostgres() speaks TLS with a server that it knows by its authority, and shows its own certificate", async () => {
  await vi.waitFor(async () => expect(await readVersion(tlsUrl())).toEqual({ ssl: true, modern: true }), 10_000);
});

test("listen() has its own connection over TLS too", async () => {
  const db = await openPostgres({ url: tlsUrl() });
  const heard: string[] = [];
  db.listen((topic) => heard.push(topic));
  await vi.waitFor(() => expect(heard).toEqual(["*"]));
  await db.transaction(async (tx) => tx.notify("over TLS"));
  await vi.waitFor(() => expect(heard).toContain("over TLS"));
  await db.close();
});

test.each([
  ["a server of another authority", { ca: "other-ca" }],
  ["a server under a name that its certificate doesn't have", { host: "127.0.0.1" }],
  ["to show a certificate of another authority", { client: "other-client" }],
])("openPostgres() refuses %s for good", async (_, change) => {
  const error = await openPostgres({ url: tlsUrl(change) }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(isUnavailable(error)).toBe(false);
});

test("openPostgres() is refused without a certificate, and without TLS", async () => {
  const bare = new URL(tlsUrl());
  for (const name of ["sslcert", "sslkey"]) bare.searchParams.delete(name);
  await expect(openPostgres({ url: bare.href })).rejects.toMatchObject({ code: "28000" });
  await expect(openPostgres({ url: server.url })).rejects.toMatchObject({ code: "28000" });
});

test("openPostgres() names no path when a certificate's file can't be read", async () => {
  await expect(openPostgres({ url: tlsUrl({ ca: "absent" }) })).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.not.stringContaining("absent") as string,
  });
});

test("openPostgres() takes a renewed certificate of the server as it comes, and refuses one for another name", async () => {
  await requireTls("stranger");
  await vi.waitFor(
    () => expect(readVersion(tlsUrl())).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" }),
    10_000,
  );
});
