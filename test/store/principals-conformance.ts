import { beforeEach, describe, expect, test } from "vitest";
import type { Principal } from "../../src/contract/principal.ts";
import type { Approver } from "../../src/core/approval/eligibility.ts";
import type { Db } from "../../src/store/db.ts";
import { createPrincipalTable } from "../../src/store/principals.ts";

/** What looking for people must do, whatever database is underneath. */
export function describePrincipals(db: () => Db): void {
  describe("createPrincipalTable()", () => {
    const principals = () => createPrincipalTable(db());
    const add = (subject: string, change: Partial<Principal> = {}) =>
      principals().insert({
        ...{ tenant: "default", subject, kind: "user", roles: [], groups: [], scopes: ["secret-scope"] },
        ...change,
      });
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate api_key, principal")));

    test("find() gives the present rights of those who are known, of this tenant only", async () => {
      await add("ada", { roles: ["approver"], groups: ["finance"], kind: "service" });
      await add("bob");
      await add("cy", { tenant: "acme" });
      const found = await principals().find("default", ["ada", "bob", "cy", "nobody"]);
      expect(found.toSorted(bySubject)).toEqual([
        { subject: "ada", kind: "service", roles: ["approver"], groups: ["finance"] },
        { subject: "bob", kind: "user", roles: [], groups: [] },
      ]);
    });

    test("search() gives everybody with one of the names, each once, and knows a role from a group", async () => {
      await add("ada", { roles: ["lead", "approver"] });
      await add("bob", { groups: ["approver", "finance"] });
      await add("cy");
      await add("approver");
      await add("eve", { tenant: "acme", roles: ["approver"] });
      const search = async (...names: string[]) =>
        (await principals().search("default", names, 10)).map(({ subject }) => subject).toSorted();
      expect(await search("role:approver")).toEqual(["ada"]);
      expect(await search("group:approver")).toEqual(["bob"]);
      expect(await search("user:approver")).toEqual(["approver"]);
      expect(await search("role:lead", "role:approver", "group:finance", "user:ada")).toEqual(["ada", "bob"]);
      expect(await search("user:nobody", "approver", "when:true")).toEqual([]);
      expect(await search()).toEqual([]);
    });

    test("search() gives at most as many as are asked for, and anybody where no names are given", async () => {
      for (const subject of ["ada", "bob", "cy"]) await add(subject, { roles: ["approver"] });
      await add("eve", { tenant: "acme" });
      expect(await principals().search("default", ["role:approver"], 2)).toHaveLength(2);
      expect(await principals().search("default", undefined, 2)).toHaveLength(2);
      const all = await principals().search("default", undefined, 10);
      expect(all.map(({ subject }) => subject).toSorted()).toEqual(["ada", "bob", "cy"]);
    });
  });
}

function bySubject(one: Approver, other: Approver): number {
  return one.subject < other.subject ? -1 : 1;
}
