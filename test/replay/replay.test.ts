import { readFile } from "node:fs/promises";
import { DeterminismViolationError } from "@temporalio/workflow";
import { Worker } from "@temporalio/worker";
import { beforeAll, describe, expect, it, test } from "vitest";
import { installSdkLogger } from "../../src/adapters/connect-temporal.ts";
import { workflowBundle } from "../../worker/bundle.ts";
import { HISTORIES, listRecorded, PATHS, recordHistories } from "./record.ts";

// `RECORD_HISTORIES=1 npm test -- test/replay` records the paths that have no history yet, `RECORD_HISTORIES=all` every path anew.
beforeAll(async () => {
  installSdkLogger(() => undefined);
  const wish = process.env["RECORD_HISTORIES"];
  if (wish !== undefined) await recordHistories({ all: wish === "all" });
}, 300_000);

/** Every path of today, and whatever was recorded of paths that new runs no longer take. */
const RECORDED = [...new Set([...PATHS, ...listRecorded()])].toSorted();

interface RecordedEvent {
  readonly activityTaskScheduledEventAttributes?: object;
}

interface RecordedHistory {
  readonly events: RecordedEvent[];
}

async function readRecorded(path: string): Promise<string> {
  return readFile(new URL(`${path}.json`, HISTORIES), "utf8");
}

async function parseRecorded(path: string): Promise<RecordedHistory> {
  return JSON.parse(await readRecorded(path)) as RecordedHistory;
}

async function replay(history: RecordedHistory): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, "guard:default:recorded");
}

describe("guardedAction(), probeOutcome() and compensateRun() replay a run that was", () => {
  it.each(RECORDED)("%s", async (path) => {
    await expect(replay(await parseRecorded(path))).resolves.toBeUndefined();
  });
});

describe("guardedAction() does not replay a history that it would not have made", () => {
  it.each([
    ["activity", { activityType: { name: "executeActionTwice" } }],
    ["activity's id", { activityId: "execute-twice" }],
  ])("because of another %s", async (_what, change) => {
    const history = await parseRecorded("allowed");
    const scheduled = history.events.flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
    expect(scheduled).toHaveLength(1);
    for (const attributes of scheduled) Object.assign(attributes, change);
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });
});

test.each(RECORDED)("the recorded history of %s names no machine and holds no secret", async (path) => {
  const text = await readRecorded(path);
  const decoded = text.replaceAll(/"[A-Za-z0-9+/=]{16,}"/g, (word) => Buffer.from(word, "base64").toString("utf8"));
  for (const shown of [text, decoded]) {
    expect(shown).not.toMatch(/\d+@[\w.-]+/);
    expect(shown).not.toMatch(/(?:\/[\w.@-]+)+\/[\w.-]+\.[cm]?[jt]s\b/);
    expect(shown).not.toContain("hunter22");
  }
});
