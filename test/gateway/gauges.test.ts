import { expect, test, vi } from "vitest";
import { createGaugeReader } from "../../src/gateway/gauges.ts";
import type { GaugeRow } from "../../src/store/gauges.ts";
import type { Store } from "../../src/store/store.ts";

const ROW: GaugeRow = {
  ...{ open_approvals: 2, overdue_approvals: 1, oldest_approval_ms: 1_500 },
  ...{ outbox_lag: 4, outbox_oldest_ms: 250, outbox_dead: 3 },
};

/** A reader over a database that answers as `read` says, and how often it was asked. */
function readerOver(read: () => Promise<GaugeRow>) {
  const asked = vi.fn<() => Promise<GaugeRow>>(read);
  const store = { gauges: { read: asked } } as Pick<Store, "gauges">;
  return { readGauges: createGaugeReader({ store: store as Store }), asked };
}

test("createGaugeReader() tells times in seconds, and asks the database once for several scrapes", async () => {
  const { readGauges, asked } = readerOver(() => Promise.resolve(ROW));
  const told = await Promise.all([readGauges(), readGauges()]);
  expect(told[0]).toEqual({
    ...{ openApprovals: 2, overdueApprovals: 1, oldestApprovalSeconds: 1.5 },
    ...{ outboxLagEvents: 4, outboxOldestSeconds: 0.25, outboxDead: 3 },
  });
  expect(told[1]).toEqual(told[0]);
  expect(asked).toHaveBeenCalledTimes(1);
});

test("createGaugeReader() asks again once its answer is older than 5 s", async () => {
  vi.useFakeTimers();
  try {
    const { readGauges, asked } = readerOver(() => Promise.resolve(ROW));
    await readGauges();
    vi.advanceTimersByTime(4_900);
    await readGauges();
    expect(asked).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(200);
    await readGauges();
    expect(asked).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});

test("createGaugeReader() tells nothing while the database refuses, and asks again at once", async () => {
  let isAway = true;
  const { readGauges } = readerOver(() => (isAway ? Promise.reject(new Error("Away")) : Promise.resolve(ROW)));
  expect(await readGauges()).toBeUndefined();
  isAway = false;
  expect(await readGauges()).toMatchObject({ openApprovals: 2 });
});

test("createGaugeReader() waits a second for a database that hangs, and lets no questions pile up at it", async () => {
  vi.useFakeTimers();
  try {
    const { readGauges, asked } = readerOver(() => new Promise(() => undefined));
    for (let scrape = 0; scrape < 3; scrape += 1) {
      const told = readGauges();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await told).toBeUndefined();
    }
    expect(asked).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});
