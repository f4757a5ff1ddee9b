import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDir } from "./paths.mjs";
import { say } from "./report.mjs";

const POLL_MS = 100;
/** A holder older than this is taken for a stranger that got the pid of a dead one; no step takes a quarter of it. */
const MAX_HOLD_MS = 40 * 60_000;

/**
 * Runs a step while no other process of this clone runs it. A lock whose holder is dead is taken over.
 * @template Result
 * @param {string} name
 * @param {() => Promise<Result>} step
 * @returns {Promise<Result>}
 */
export async function withLock(name, step) {
  const file = join(cacheDir, "locks", name);
  mkdirSync(join(cacheDir, "locks"), { recursive: true });
  const ours = `${file}.${process.pid}`;
  writeFileSync(ours, JSON.stringify({ pid: process.pid, takenAtMs: Date.now() }));
  try {
    await acquire(file, ours, name);
  } finally {
    rmSync(ours, { force: true });
  }
  try {
    return await step();
  } finally {
    rmSync(file, { force: true });
  }
}

/**
 * @param {string} file
 * @param {string} ours
 * @param {string} name
 */
async function acquire(file, ours, name) {
  for (let tries = 0; !tryLink(ours, file); tries += 1) {
    if (tries === 20) say(`Waiting for another process that is busy with the same step (${name})`);
    if (!isHeld(file)) removeStale(file);
    else await sleep(POLL_MS);
  }
}

/**
 * A link appears whole or not at all, unlike a file that is created first and written then.
 * @param {string} from
 * @param {string} to
 */
function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} file */
function isHeld(file) {
  try {
    const { pid, takenAtMs } = JSON.parse(readFileSync(file, "utf8"));
    return Date.now() - takenAtMs < MAX_HOLD_MS && isAlive(pid);
  } catch {
    return false;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Moves the stale lock away before it is deleted, and puts it back if another process had replaced it by its own meanwhile.
 * @param {string} file
 */
function removeStale(file) {
  const moved = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, moved);
  } catch {
    return;
  }
  if (isHeld(moved)) tryLink(moved, file);
  rmSync(moved, { force: true });
}
