import type { CallFacts } from "../../call.ts";
import type { Part } from "./nodes.ts";
import type { CelMap } from "./value.ts";

/** What conditions know of a call, by name; a name, risk or run that the call doesn't have is an empty text. */
export const VARIABLES: ReadonlyMap<string, Part> = new Map<string, Part>([
  ["input", ({ facts }) => facts.facets.input.value],
  ["action", ({ facts }) => facts.action],
  ["actor", ({ facts }) => describeActor(facts)],
  ["run", ({ facts }) => facts.run ?? ""],
  ["risk", ({ facts }) => facts.risk ?? ""],
]);

/** Types of the actor's members, as CEL names them. */
export const ACTOR_SCHEMA = {
  subject: "string",
  kind: "string",
  tenant: "string",
  roles: "list<string>",
  groups: "list<string>",
  scopes: "list<string>",
};

function describeActor({ subject, kind, tenant, roles, groups, scopes }: CallFacts): CelMap {
  return { subject: subject ?? "", kind: kind ?? "", tenant: tenant ?? "", roles, groups, scopes };
}
