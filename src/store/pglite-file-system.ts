import { closeSync, fdatasync, fdatasyncSync, openSync } from "node:fs";
import { promisify } from "node:util";
import type { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import { CountersignError } from "../core/countersign-error.ts";

/** Syncs a file's bytes, and of its metadata what is needed to read them back. */
const syncData = promisify(fdatasync);

/** Names of segments of the write-ahead log: 24 hexadecimal digits. */
const SEGMENT_NAME = /^[0-9A-F]{24}$/;

type Init = Parameters<NodeFS["init"]>;
type Preparation = NonNullable<Init[1]["preRun"]>;

/** A node of the database's file tree, as Emscripten keeps it. */
interface FileNode {
  readonly name: string;
  readonly parent: FileNode;
}

/** An open file; `nfd` is its descriptor in this process. */
interface FileStream {
  readonly node: FileNode;
  readonly nfd?: number;
}

/** What we touch of Emscripten's file system over Node's. */
interface HostFiles {
  readonly stream_ops: {
    write: (stream: FileStream, ...rest: readonly unknown[]) => number;
    fsync?: (stream: FileStream) => number;
  };
  realPath(node: FileNode): string;
  tryFSOperation<T>(operation: () => T): T;
}

/**
 * The database's files on disk, with the syncs that the driver leaves out: a commit is acknowledged only once its log is on the
 * disk, and the database's own order of log, data and control file is kept, so that it survives a loss of power at any moment.
 *
 * Where PostgreSQL calls fsync on a data file (at a checkpoint) it is done on the spot. The log is synced off the event loop by
 * {@link SyncedNodeFs.syncToFs}, where one sync serves every commit before it; and on the spot when a data file is about to be
 * written while the log is behind, since the log must reach the disk first.
 */
export class SyncedNodeFs extends NodeFS {
  /** Descriptors of our own on log segments, by path: the database may close its own while a sync runs. */
  readonly #segments = new Map<string, number>();
  #unsynced = new Set<number>();
  #syncing = new Set<number>();
  #writeCount = 0;
  #syncedWriteCount = 0;
  #writtenLogBytes = 0;
  #running: Promise<void> | undefined;
  #failure: Error | undefined;

  /** Bytes of log written since the database was opened. */
  get writtenLogBytes(): number {
    return this.#writtenLogBytes;
  }

  override async init(pglite: PGlite, options: Init[1]): ReturnType<NodeFS["init"]> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const watch: Preparation[number] = (module) => {
      // The driver's types leave Emscripten's own unnamed.
      const files: unknown = module.NODEFS;
      this.#watch(files as HostFiles);
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), watch] } };
  }

  /** Resolves once everything written to the log before the call is on the disk; after a failed sync it rejects for ever. */
  override async syncToFs(): Promise<void> {
    const target = this.#writeCount;
    while (this.#syncedWriteCount < target) {
      this.#running ??= this.#syncLog().finally(() => (this.#running = undefined));
      await this.#running;
    }
    // After a failed sync the kernel may call the lost pages clean, so a later success proves nothing.
    if (this.#failure !== undefined) throw this.#failure;
  }

  override async closeFs(): Promise<void> {
    try {
      await this.syncToFs();
    } finally {
      for (const descriptor of this.#segments.values()) closeSync(descriptor);
      this.#segments.clear();
      await super.closeFs();
    }
  }

  #watch(files: HostFiles): void {
    const { write } = files.stream_ops;
    files.stream_ops.write = (stream, ...rest) => {
      if (!isSegment(stream.node)) {
        files.tryFSOperation(() => this.#syncLogNow());
        return write(stream, ...rest);
      }
      const writtenBytes = write(stream, ...rest);
      this.#writtenLogBytes += writtenBytes;
      this.#writeCount += 1;
      this.#unsynced.add(this.#descriptorOf(files.realPath(stream.node)));
      return writtenBytes;
    };
    files.stream_ops.fsync = ({ node, nfd }) => {
      if (nfd !== undefined && !isSegment(node)) files.tryFSOperation(() => fdatasyncSync(nfd));
      return 0;
    };
  }

  #descriptorOf(path: string): number {
    const known = this.#segments.get(path);
    if (known !== undefined) return known;
    const descriptor = openSync(path, "r+");
    this.#segments.set(path, descriptor);
    return descriptor;
  }

  async #syncLog(): Promise<void> {
    const target = this.#writeCount;
    this.#syncing = this.#unsynced;
    this.#unsynced = new Set();
    try {
      await Promise.all([...this.#syncing].map((descriptor) => syncData(descriptor)));
    } catch (error) {
      this.#failure = new CountersignError("unavailable", "The store's log could not be synced to the disk", {
        cause: error,
      });
    }
    this.#syncing = new Set();
    this.#syncedWriteCount = Math.max(this.#syncedWriteCount, target);
    this.#closeOldSegments();
  }

  #syncLogNow(): void {
    if (this.#failure !== undefined) throw this.#failure;
    for (const descriptor of new Set([...this.#unsynced, ...this.#syncing])) fdatasyncSync(descriptor);
    this.#unsynced.clear();
    this.#syncedWriteCount = this.#writeCount;
  }

  #closeOldSegments(): void {
    const current = [...this.#segments.keys()].at(-1);
    for (const [path, descriptor] of this.#segments) {
      if (path === current || this.#unsynced.has(descriptor)) continue;
      closeSync(descriptor);
      this.#segments.delete(path);
    }
  }
}

function isSegment(node: FileNode): boolean {
  return SEGMENT_NAME.test(node.name) && node.parent.name === "pg_wal";
}
