import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import { type Cipher, inputPlace, openReadable } from "./cipher.ts";
import type { Sql } from "./db.ts";

/** The input of an open call of an action. */
export interface OpenInput {
  readonly ref: InvocationRef;
  readonly action: string;
  /** Real input of the current round: for checks, never for a view. `undefined` where no key opens it. */
  readonly input: string | undefined;
}

/** An action as a worker has it. */
export interface ActionVersion {
  readonly name: string;
  readonly version: string;
}

const OTHER_VERSIONS = `
  from invocation i
    join unnest($1::text[], $2::text[]) as a (name, version) on a.name = i.action and a.version <> i.action_version`;

const IS_OPEN = "i.status in ('accepted', 'pending', 'executing')";

const PAGE = `
  select i.tenant, i.id, i.action, i.round, r.input
  ${OTHER_VERSIONS}
    join input_revision r on r.tenant = i.tenant and r.invocation = i.id and r.round = i.round
  where ${IS_OPEN} and ($3::text is null or (i.tenant, i.id) > ($3, $4))
  order by i.tenant, i.id limit $5`;

interface PageRow {
  readonly tenant: string;
  readonly id: InvocationId;
  readonly action: string;
  readonly round: number;
  /** As it is kept, perhaps sealed. */
  readonly input: string;
}

/** Reads the inputs of calls that began under another version of their action and aren't over. */
export function createOpenInputReads(sql: Sql, cipher: Cipher) {
  return {
    /** Which of these actions have open calls of another version than the one given, of whatever tenant. */
    async listActions(actions: readonly ActionVersion[]): Promise<string[]> {
      const text = `select distinct i.action ${OTHER_VERSIONS} where ${IS_OPEN} order by i.action`;
      const rows = await sql.query<{ action: string }>(text, columnsOf(actions));
      return rows.map(({ action }) => action);
    },

    /** Every tenant's open calls of these actions but of another version than the one given, read a page at a time. */
    async *read(actions: readonly ActionVersion[], pageRows: number): AsyncGenerator<OpenInput> {
      const versions = columnsOf(actions);
      let last: PageRow | undefined;
      do {
        const rows: PageRow[] = await sql.query(PAGE, [...versions, last?.tenant ?? null, last?.id ?? null, pageRows]);
        for (const { tenant, id, action, round, input } of rows) {
          const ref = { tenant, id };
          yield { ref, action, input: openReadable(cipher, input, inputPlace(ref, round)) };
        }
        last = rows.length < pageRows ? undefined : rows.at(-1);
      } while (last !== undefined);
    },
  };
}

function columnsOf(actions: readonly ActionVersion[]): [names: string[], versions: string[]] {
  return [actions.map(({ name }) => name), actions.map(({ version }) => version)];
}
