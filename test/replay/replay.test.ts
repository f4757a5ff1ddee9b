import { readdir, readFile } from "node:fs/promises";
import { DeterminismViolationError } from "@temporalio/workflow";
import { Worker } from "@temporalio/worker";
import { beforeAll, describe, expect, it, test } from "vitest";
import { workflowBundle } from "../../worker/bundle.ts";
import { HISTORIES, PATHS, recordHistories } from "./record.ts";

// `RECORD_HISTORIES=1 npm test -- test/replay` records every history anew before it is replayed.
beforeAll(async () => {
  if (process.env["RECORD_HISTORIES"] !== undefined) await recordHistories();
}, 300_000);

interface RecordedEvent {
  readonly eventType: string;
  readonly activityTaskScheduledEventAttributes?: { activityType: { name: string } };
  readonly timerStartedEventAttributes?: { timerId: string };
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

test("recordHistories() has written one file for each path", async () => {
  expect((await readdir(HISTORIES)).toSorted()).toEqual(PATHS.map((path) => `${path}.json`).toSorted());
});

describe("guardedAction() replays a run that was", () => {
  it.each(PATHS)("%s", async (path) => {
    await expect(replay(await parseRecorded(path))).resolves.toBeUndefined();
  });
});

describe("guardedAction() does not replay a history that it would not have made", () => {
  it("because another activity was scheduled", async () => {
    const history = await parseRecorded("allowed");
    const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes !== undefined);
    if (scheduled?.activityTaskScheduledEventAttributes === undefined) throw new Error("No activity was recorded");
    scheduled.activityTaskScheduledEventAttributes.activityType.name = "executeActionTwice";
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });

  it("because it waited under another timer", async () => {
    const history = await parseRecorded("approved");
    const timers = history.events.flatMap((event) => event.timerStartedEventAttributes ?? []);
    expect(timers).toHaveLength(1);
    for (const timer of timers) timer.timerId = "another";
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });
});

test.each(PATHS)("the recorded history of %s names no machine and holds no secret", async (path) => {
  const text = await readRecorded(path);
  const decoded = text.replaceAll(/"[A-Za-z0-9+/=]{16,}"/g, (word) => Buffer.from(word, "base64").toString("utf8"));
  for (const shown of [text, decoded]) {
    expect(shown).not.toMatch(/\d+@[\w.-]+/);
    expect(shown).not.toMatch(/(?:\/[\w.@-]+)+\/[\w.-]+\.[cm]?[jt]s\b/);
    expect(shown).not.toContain("hunter22");
  }
});
