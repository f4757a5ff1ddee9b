import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";

/** Files of an authority, a server's certificate for `localhost`, and a client's, all PEM. */
export interface Certificates {
  /** Path of a file: `ca.pem`, `server.pem`, `server.key`, `client.pem`, `client.key`. */
  path(name: string): string;
  remove(): void;
}

/** Makes an authority and what it vouches for, with the openssl of this machine. */
export function createCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "countersign-tls-"));
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority", "-days", "2");
  for (const [name, host] of [
    ["server", "localhost"],
    ["client", "worker"],
  ] as const) {
    const request = ["-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${host}`];
    openssl("req", ...key, ...request, "-addext", `subjectAltName=DNS:${host}`);
    const signed = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-copy_extensions", "copy", "-days", "2"];
    openssl("x509", "-req", ...signed, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial");
  }
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A door of TLS in front of a server without. */
export interface TlsProxy {
  /** `localhost:port`. */
  readonly address: string;
  close(): Promise<void>;
}

/** Listens with the server's certificate, lets in only who has one of the same authority, and passes bytes on to `target`. */
export async function startTlsProxy(certificates: Certificates, target: string): Promise<TlsProxy> {
  const read = (name: string): Buffer => readFileSync(certificates.path(name));
  const [host = "", port = ""] = target.split(":");
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer(
    {
      ...{ ca: read("ca.pem"), cert: read("server.pem"), key: read("server.key") },
      ...{ requestCert: true, rejectUnauthorized: true, ALPNProtocols: ["h2"] },
    },
    (secure) => {
      const plain = connect(Number(port), host);
      for (const [one, other] of [
        [secure, plain],
        [plain, secure],
      ] as const) {
        sockets.add(one);
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
        one.pipe(other);
      }
    },
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
