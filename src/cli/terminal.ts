/** The outside of a command: where it writes, what it reads, and when it is to stop. */
export interface Terminal {
  /** Writes a line of the answer to standard output. */
  print(line: string): void;
  /** Writes a line of explanation to standard error, where it doesn't mix with the answer. */
  note(line: string): void;
  /** Everything on standard input, as text. */
  readInput(): Promise<string>;
  /** Whether the answer goes to a person's screen: only then come tables and colour. */
  readonly isInteractive: boolean;
  /** Environment variables; commands that start a server complete them by their flags. */
  readonly env: NodeJS.ProcessEnv;
  /** Aborts at the first Ctrl-C or termination request. */
  readonly stopSignal: AbortSignal;
}

/** Characters that move the cursor, change direction or hide others: what callers wrote must not repaint an approver's screen. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu;

/** A signal that follows the first one so soon is the same Ctrl-C: npm passes on what the terminal sent to everybody already. */
const SAME_SIGNAL_MS = 1_000;

/** The terminal of this process. A second Ctrl-C ends the process at once. */
export function createTerminal(): Terminal {
  // Whoever read the answer (head, less) has seen enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    readInput: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks).toString("utf8");
    },
    isInteractive: process.stdout.isTTY && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb",
    env: process.env,
    stopSignal: createStopSignal(),
  };
}

/** A text as it may be shown: unprintable characters as their JSON escapes. */
export function toPrintable(text: string): string {
  return text.replace(UNPRINTABLE, escapeCharacter);
}

/** JSON for programs, and safe to look at: what a screen would obey is escaped, which means the same to a JSON reader. */
export function toPrintableJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent) ?? "null";
  return json.replace(UNPRINTABLE, (character) => (character === "\n" ? character : escapeCharacter(character)));
}

/** Resolves at the first Ctrl-C or termination request. */
export function waitForStop(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function createStopSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = Number.POSITIVE_INFINITY;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (performance.now() - firstAtMs > SAME_SIGNAL_MS) process.exit(1);
      firstAtMs = Math.min(firstAtMs, performance.now());
      controller.abort(new Error("Stopped"));
    });
  }
  return controller.signal;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
