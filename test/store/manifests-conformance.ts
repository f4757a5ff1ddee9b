import { beforeEach, describe, expect, test } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { createStore } from "../../src/store/store.ts";
import { manifestOf } from "../support/manifests.ts";

/** Which version of an action is the current one, on any adapter. */
export function describeManifests(open: () => Db): void {
  describe("createManifestTable()", () => {
    const db = (): Db => open();
    const store = () => createStore(db());
    const [old, later] = [manifestOf({ version: "v1" }), manifestOf({ version: "v2" })];
    const { name } = old;
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate action_manifest; truncate worker")));

    /** A worker that is there and has this version. */
    const present = (identity: string, version: string): Promise<void> =>
      store().workers.sign({
        identity,
        taskQueue: `queue of ${identity}`,
        buildId: undefined,
        versions: { [name]: version },
      });
    const current = async (): Promise<string | undefined> => (await store().manifests.get(name))?.version;

    test("publish() makes a version current that was never published, whoever is there", async () => {
      await present("1", "v1");
      await store().manifests.publish([old]);
      await store().manifests.publish([later]);
      expect(await current()).toBe("v2");
    });

    test("publish() leaves a later version current while a worker has it: one of the release before may start again", async () => {
      await present("1", "v1");
      await store().manifests.publish([old]);
      await present("2", "v2");
      await store().manifests.publish([later]);
      await store().manifests.publish([{ ...old, description: "Other words" }]);
      expect(await current()).toBe("v2");
      expect(await store().manifests.getVersion(name, "v1")).toMatchObject({ description: "Other words" });
    });

    test("publish() makes an older version current again once no worker has the later one", async () => {
      await present("1", "v1");
      await present("2", "v2");
      await store().manifests.publish([old]);
      await store().manifests.publish([later]);
      await store().workers.stop("2");
      await store().manifests.publish([old]);
      expect(await current()).toBe("v1");
    });

    test("listUnserved() names those of the actions whose current version no worker has that is there", async () => {
      await store().manifests.publish([old]);
      await store().manifests.publish([later, manifestOf({ name: "test.other", version: "v1" })]);
      await present("1", "v1");
      expect((await store().manifests.listUnserved([name, "test.other", "test.none"])).toSorted()).toEqual(
        [name, "test.other"].toSorted(),
      );
      await present("2", "v2");
      expect(await store().manifests.listUnserved([name])).toEqual([]);
      expect(await store().manifests.listUnserved([])).toEqual([]);
    });
  });
}
