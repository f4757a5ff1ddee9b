import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { findFreePort } from "../src/embedded/free-port.ts";

/** A PostgreSQL server of our own: empty, on loopback only, gone with its data when stopped. */
export interface PostgresServer {
  /** Connection string of its database `postgres`, as superuser. */
  readonly url: string;
  /** Folder of its programs, `pg_dump` among them. */
  readonly binaries: string;
  /** Ends it at once and deletes its data. */
  stop(): Promise<void>;
  /** Ends it as an operator would and starts it again on the same port with the same data, once `whileAway` has settled. */
  restart(whileAway?: () => Promise<void>): Promise<void>;
  /** The same, but ends it as a power cut would: what it finds then is its log. */
  crash(whileAway?: () => Promise<void>): Promise<void>;
}

/** How it keeps what it is given. */
export interface PostgresServerOptions {
  /** Whether each commit is on the disk before it is answered, as it is by default elsewhere; default false, which is quicker. */
  readonly isDurable?: boolean;
}

interface Cluster {
  readonly isDurable: boolean;
  readonly binaries: string;
  readonly folder: string;
  readonly user: SystemUser | undefined;
  readonly port: number;
}

interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Superuser of the cluster, whatever the system user is called. */
const DATABASE_USER = "countersign";
const READY_WITHIN_MS = 60_000;

/** Starts a PostgreSQL server from the installed binaries; throws when there are none, because a skipped test proves nothing. */
export async function startPostgres({ isDurable = false }: PostgresServerOptions = {}): Promise<PostgresServer> {
  const cluster = await createCluster(isDurable);
  let child = await launch(cluster);
  const endAndLaunch = async (signal: "SIGINT" | "SIGQUIT", whileAway?: () => Promise<void>): Promise<void> => {
    await end(child, signal);
    await whileAway?.();
    child = await launch(cluster);
  };
  return {
    url: urlOf(cluster),
    binaries: cluster.binaries,
    async stop() {
      await end(child, "SIGQUIT");
      rmSync(cluster.folder, { recursive: true, force: true });
    },
    restart: (whileAway) => endAndLaunch("SIGINT", whileAway),
    crash: (whileAway) => endAndLaunch("SIGQUIT", whileAway),
  };
}

async function createCluster(isDurable: boolean): Promise<Cluster> {
  const binaries = findBinaries();
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), "countersign-postgres-"));
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const args = ["-D", join(folder, "data"), "-U", DATABASE_USER, "--auth=trust", "--encoding=UTF8"];
  if (!isDurable) args.push("--no-sync");
  execFileSync(join(binaries, "initdb"), args, { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  return { isDurable, binaries, folder, user, port: await findFreePort() };
}

async function launch(cluster: Cluster): Promise<ChildProcess> {
  const { binaries, folder, user, port, isDurable } = cluster;
  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    fsync: isDurable ? "on" : "off",
  };
  const args = [
    "-D",
    join(folder, "data"),
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  const child = spawn(join(binaries, "postgres"), args, { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-2_000)));
  const endAtMs = performance.now() + READY_WITHIN_MS;
  while (!(await answers(cluster))) {
    if (child.exitCode !== null || performance.now() > endAtMs) throw new Error(`PostgreSQL didn't start: ${log}`);
    await sleep(50);
  }
  return child;
}

async function answers(cluster: Cluster): Promise<boolean> {
  const client = new Client({ connectionString: urlOf(cluster), connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function end(child: ChildProcess, signal: "SIGINT" | "SIGQUIT"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

function urlOf(cluster: Cluster): string {
  return `postgres://${DATABASE_USER}@127.0.0.1:${cluster.port}/postgres`;
}

function findBinaries(): string {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...debianFolders(), ...configuredFolder()];
  const found = folders.find((folder) => ["initdb", "postgres"].every((name) => isExecutable(join(folder, name))));
  if (found !== undefined) return found;
  throw new Error(
    "These tests run a real PostgreSQL: install its server, version 15 or newer (`apt-get install postgresql`)",
  );
}

/** Debian keeps the server's binaries off the PATH, one folder per version; the newest comes first. */
function debianFolders(): string[] {
  const root = "/usr/lib/postgresql";
  try {
    const versions = readdirSync(root).sort((left, right) => Number(right) - Number(left));
    return versions.map((version) => join(root, version, "bin"));
  } catch {
    return [];
  }
}

function configuredFolder(): string[] {
  try {
    return [execFileSync("pg_config", ["--bindir"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()];
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root; then it runs as `postgres`, or as `nobody` where there is no such user. */
function unprivilegedUser(): SystemUser | undefined {
  if (userInfo().uid !== 0) return undefined;
  return lookUpUser("postgres") ?? lookUpUser("nobody");
}

function lookUpUser(name: string): SystemUser | undefined {
  try {
    const look = (option: string): number =>
      Number(execFileSync("id", [option, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    return { uid: look("-u"), gid: look("-g") };
  } catch {
    return undefined;
  }
}
