import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProcess } from "../support/run-process.ts";

const TSX = import.meta.resolve("tsx");
const SENDER = fileURLToPath(new URL("fixtures/send-webhook.ts", import.meta.url));

let folder: string;
let server: ReturnType<typeof createServer>;
let port: number;
const names: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "countersign-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=receiver.test", "-addext", "subjectAltName=DNS:receiver.test"];
  const made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", ...made, ...subject], { stdio: "ignore" });
  server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    names.push(request.headers.host ?? "");
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The CA of a process is chosen when it starts, so each of these is sent by one of its own. */
async function send(urls: readonly string[], env: Readonly<Record<string, string>>): Promise<unknown> {
  const options = { cwd: folder, env: { ...process.env, ...env } };
  const { stdout } = await runProcess(process.execPath, ["--import", TSX, SENDER, ...urls], options);
  return JSON.parse(stdout);
}

test("createWebhookSender() holds the certificate against the URL's name, at the address that was checked", async () => {
  const urls = [`https://receiver.test:${port}/`, `https://other.test:${port}/`, `https://127.0.0.1:${port}/`];
  const mismatch = { fault: "The connection failed (ERR_TLS_CERT_ALTNAME_INVALID)" };
  expect(await send(urls, { NODE_EXTRA_CA_CERTS: join(folder, "cert.pem") })).toEqual([
    { status: 204 },
    mismatch,
    mismatch,
  ]);
  expect(names).toEqual([`receiver.test:${port}`]);
});

test("createWebhookSender() trusts no unknown certificate, even where the environment says so", async () => {
  const answers = await send([`https://receiver.test:${port}/`], { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
  expect(answers).toEqual([{ fault: "The connection failed (DEPTH_ZERO_SELF_SIGNED_CERT)" }]);
  expect(names).toHaveLength(1);
});
