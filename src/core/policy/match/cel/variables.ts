import type { CallFacts } from "../../call.ts";
import { createLanguage } from "./language.ts";
import { type CelMap, findMember, type Lookup } from "./value.ts";

/** What `match.when` can speak of: a call, and the document's named lists. */
export const CALL_LANGUAGE = createLanguage({
  input: "dyn",
  actor: {
    schema: {
      subject: "string",
      kind: "string",
      tenant: "string",
      roles: "list<string>",
      groups: "list<string>",
      scopes: "list<string>",
    },
  },
  sets: "map<string, list<string>>",
  action: "string",
  run: "string",
  risk: "string",
});

/** What conditions know of a call; a name, risk or run that the call doesn't have is an empty text. Its input is read when it is asked for. */
export function callVariables(facts: CallFacts): Lookup {
  return (name) => {
    if (name === "input") return facts.facets.input.value;
    if (name === "actor") return describeActor(facts);
    const { action, run = "", risk = "" } = facts;
    return findMember({ action, run, risk }, name);
  };
}

function describeActor({ subject, kind, tenant, roles, groups, scopes }: CallFacts): CelMap {
  return { subject: subject ?? "", kind: kind ?? "", tenant: tenant ?? "", roles, groups, scopes };
}
