import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** What is kept of a child process so that a later run can tell it from a stranger that got the same pid. */
export interface ChildRecord {
  /** The child's pid, which is also its process group's id. */
  readonly pid: number;
  /** When the system says the process began, in the system's own words; equal only for the same process. */
  readonly startedAt: string;
  /** Texts that all occur in the child's command line, such as its database file. */
  readonly marks: readonly string[];
}

/** How long an ended process gets between SIGTERM and SIGKILL. Our choice: the dev server takes under 1 s. */
export const GRACE_MS = 10_000;

const POLL_MS = 25;

/** Writes the record of a live child, whole or not at all. */
export function writeChildRecord(file: string, pid: number, marks: readonly string[]): void {
  const record: ChildRecord = { pid, startedAt: describeProcess(pid)?.startedAt ?? "", marks };
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(record));
  renameSync(temporary, file);
}

/** Forgets a child that has ended; the record of another one, which was started after it, stays. */
export function removeChildRecord(file: string, pid: number): void {
  if (readChildRecord(file)?.pid === pid) rmSync(file, { force: true });
}

/**
 * Ends the child that a killed parent left behind, if it still runs and is provably that child, and forgets the record.
 * The caller must own what the child works on: a record alone doesn't say that its parent is gone.
 */
export async function endOrphan(file: string): Promise<void> {
  const record = readChildRecord(file);
  if (record !== undefined && isSameProcess(record)) {
    signalGroup(record.pid, "SIGTERM");
    if (!(await waitForEnd(record))) signalGroup(record.pid, "SIGKILL");
    await waitForEnd(record);
  }
  rmSync(file, { force: true });
}

/** Sends a signal to a process group; one that is gone already is fine. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function readChildRecord(file: string): ChildRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isChildRecord(value) ? value : undefined;
  } catch {
    // Absent, or half a file after a power cut: nothing can be proven, so nothing is ended.
    return undefined;
  }
}

function isChildRecord(value: unknown): value is ChildRecord {
  if (typeof value !== "object" || value === null) return false;
  const { pid, startedAt, marks } = value as Partial<Record<keyof ChildRecord, unknown>>;
  // A pid of 0 or 1 would signal our own group or everything.
  return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof startedAt === "string" && Array.isArray(marks);
}

function isSameProcess(record: ChildRecord): boolean {
  const found = describeProcess(record.pid);
  if (found === undefined || found.startedAt !== record.startedAt) return false;
  return record.marks.every((mark) => found.commandLine.includes(mark));
}

async function waitForEnd(record: ChildRecord): Promise<boolean> {
  const endAtMs = performance.now() + GRACE_MS;
  while (isSameProcess(record)) {
    if (performance.now() > endAtMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

interface ProcessDescription {
  readonly startedAt: string;
  readonly commandLine: string;
}

function describeProcess(pid: number): ProcessDescription | undefined {
  try {
    return process.platform === "linux" ? describeByProc(pid) : describeByPs(pid);
  } catch {
    return undefined;
  }
}

function describeByProc(pid: number): ProcessDescription | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Field 2, the name, is in brackets and may hold blanks; state is field 3, the start time field 22 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z") return undefined;
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  return { startedAt: `${boot} ${fields[19] ?? ""}`, commandLine };
}

function describeByPs(pid: number): ProcessDescription {
  const ps = (column: string): string =>
    execFileSync("ps", ["-ww", "-o", `${column}=`, "-p", String(pid)], { encoding: "utf8" }).trim();
  return { startedAt: ps("lstart"), commandLine: ps("command") };
}
