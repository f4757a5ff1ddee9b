import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EndedSearch, listEndedRows } from "../../../activities/reconciler/find-ended.ts";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import type { EndedQuery } from "../../../src/gateway/ports.ts";
import { type Desk, openDesk } from "../desk.ts";
import { playTemporal, portsOf } from "./played-temporal.ts";

const NOW = Date.UTC(2026, 0, 1);

let desk: Desk;
let ref: InvocationRef;
beforeAll(async () => {
  desk = await openDesk();
  ref = await desk.accept("free.idempotent");
});
afterAll(() => desk.close());

/** A search that finds these pages, and what it was asked. */
function playPages(pages: readonly (readonly InvocationRef[])[], ports = portsOf(desk, playTemporal())) {
  const asked: EndedQuery[] = [];
  const listEnded = (query: EndedQuery) => {
    asked.push(query);
    const at = query.page?.[0] ?? 0;
    const refs = pages[at];
    if (refs === undefined) return Promise.reject(new Error("invalid NextPageToken"));
    return Promise.resolve(at === pages.length - 1 ? { refs } : { refs, next: new Uint8Array([at + 1]) });
  };
  return { asked, ports: { ...ports, states: { ...ports.states, listEnded } } };
}

describe("listEndedRows()", () => {
  it("goes on behind its last page in the next look, and counts as done only when it is through", async () => {
    const { asked, ports } = playPages([...Array.from({ length: 14 }, () => []), [ref]]);
    const search: EndedSearch = {};
    expect(await listEndedRows(ports, search, NOW)).toEqual([]);
    expect([asked.length, search.lookedAtMs]).toEqual([10, undefined]);
    expect(await listEndedRows(ports, search, NOW + 15_000)).toMatchObject([{ id: ref.id }]);
    expect(new Set(asked.map(({ sinceMs }) => sinceMs))).toEqual(new Set([NOW - 3_600_000]));
    // What ended while it went on is found by the next.
    expect(search).toEqual({ lookedAtMs: NOW, unfinished: undefined });
    await listEndedRows(ports, search, NOW + 30_000);
    expect(asked.at(-1)?.sinceMs).toBe(NOW - 300_000);
  });

  it("takes no more rows in one look than there are runs on a page", async () => {
    const { asked, ports } = playPages([Array<InvocationRef>(1_000).fill(ref), []]);
    expect(await listEndedRows(ports, {}, NOW)).toHaveLength(1_000);
    expect(asked).toHaveLength(1);
  });

  it("begins anew after a page that Temporal refuses, and gives what it found before", async () => {
    const { ports } = playPages([[ref]]);
    const search: EndedSearch = { unfinished: { sinceMs: 0, begunAtMs: 0, page: new Uint8Array([7]) } };
    expect(await listEndedRows(ports, search, NOW)).toEqual([]);
    expect(search).toEqual({ unfinished: undefined });
    expect(await listEndedRows(ports, search, NOW)).toMatchObject([{ id: ref.id }]);
  });

  it("searches the same time again when the rows could not be read", async () => {
    const db = { ...desk.store.db, query: () => Promise.reject(new Error("The store is away")) };
    const { ports } = playPages([[ref]], portsOf(desk, playTemporal(), db));
    const search: EndedSearch = {};
    expect(await listEndedRows(ports, search, NOW)).toEqual([]);
    expect(search.lookedAtMs).toBeUndefined();
  });
});
