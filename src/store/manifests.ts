import { Manifest } from "../contract/manifest.ts";
import type { Sql } from "./db.ts";
import { IS_PRESENT } from "./workers.ts";

/** Parsed documents kept at most. Our choice: more than the actions of any fleet we know of. */
const PARSED_LIMIT = 2_000;

/** The last parsed document of each name. Used only while the stored text is the same, so it can't be stale. */
const parsed = new Map<string, { readonly document: string; readonly manifest: Manifest }>();

const CURRENT = "order by name, published_at desc, version desc";

/** Actions are published for every tenant. */
const EVERY_TENANT = "*";

/** Says in SQL that a worker is there which has a manifest's version, whatever queue it polls. */
function served(manifest: string): string {
  return `exists (select 1 from worker w where w.versions::jsonb ->> ${manifest}.name = ${manifest}.version and ${IS_PRESENT})`;
}

/** Queries of `action_manifest`. The newest publication of a name is the current one. */
export function createManifestTable(sql: Sql) {
  return {
    /** Which of these names have a current manifest whose version no worker has that is there. */
    listUnserved: (names: readonly string[]): Promise<string[]> => listUnserved(sql, names),

    /**
     * Publishes manifests, one per name. Each becomes the current one of its name, also when an older publication had the same version;
     * but not while a worker is there that has a version published later: a worker of the release before may start in a roll-out too.
     */
    async publish(manifests: readonly Manifest[]): Promise<void> {
      // Sorted, so that two workers that publish at once lock rows in one order.
      const sorted = [...manifests].sort((a, b) => (a.name < b.name ? -1 : 1));
      await sql.query(
        `insert into action_manifest (tenant, name, version, document, published_at)
         select $1, m.name, m.version, m.document, greatest(ms_now(), (
           select max(published_at) + interval '1 millisecond' from action_manifest
           where tenant = $1 and name = m.name and version <> m.version))
         from unnest($2::text[], $3::text[], $4::text[]) as m (name, version, document)
         on conflict (tenant, name, version) do update set document = excluded.document,
           published_at = case when exists (
             select 1 from action_manifest n where n.tenant = excluded.tenant and n.name = excluded.name
               and n.published_at > action_manifest.published_at and ${served("n")}
           ) then action_manifest.published_at else excluded.published_at end`,
        [
          EVERY_TENANT,
          sorted.map((manifest) => manifest.name),
          sorted.map((manifest) => manifest.version),
          sorted.map((manifest) => JSON.stringify(manifest)),
        ],
      );
    },

    /** The current manifest of a name. The same object as before while its stored document is the same. */
    async get(name: string): Promise<Manifest | undefined> {
      const rows = await sql.query<{ document: string }>(
        `select document from action_manifest where tenant = $1 and name = $2 ${CURRENT} limit 1`,
        [EVERY_TENANT, name],
      );
      return rows[0] === undefined ? undefined : parseDocument(name, rows[0].document);
    },

    /** The manifest that an invocation was decided for, current or not. */
    async getVersion(name: string, version: string): Promise<Manifest | undefined> {
      const rows = await sql.query<{ document: string }>(
        `select document from action_manifest where tenant = $1 and name = $2 and version = $3`,
        [EVERY_TENANT, name, version],
      );
      return rows[0] === undefined ? undefined : parseDocument(`${name} ${version}`, rows[0].document);
    },

    /** The current manifest of every name, by name. */
    async list(): Promise<Manifest[]> {
      const rows = await sql.query<{ name: string; document: string }>(
        `select distinct on (name) name, document from action_manifest where tenant = $1 ${CURRENT}`,
        [EVERY_TENANT],
      );
      return rows.map((row) => parseDocument(row.name, row.document));
    },
  };
}

async function listUnserved(sql: Sql, names: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    `select m.name from (
       select distinct on (name) name, version from action_manifest where tenant = $1 and name = any($2) ${CURRENT}
     ) m where not ${served("m")}`,
    [EVERY_TENANT, names],
  );
  return rows.map(({ name }) => name);
}

function parseDocument(slot: string, document: string): Manifest {
  const known = parsed.get(slot);
  if (known?.document === document) return known.manifest;
  const manifest = Manifest.parse(JSON.parse(document));
  if (parsed.size >= PARSED_LIMIT) parsed.clear();
  parsed.set(slot, { document, manifest });
  return manifest;
}
