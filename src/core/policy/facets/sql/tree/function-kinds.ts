import type { StatementKind } from "../statement-fact.ts";

/** Functions that do more than compute, by what they do; the others of a statement count as part of reading. */
const FUNCTIONS: Readonly<Partial<Record<StatementKind, readonly string[]>>> = {
  // They run SQL that stands in a text, or code that isn't SQL.
  run_code: [
    "dblink",
    "dblink_exec",
    "dblink_open",
    "dblink_send_query",
    "query_to_xml",
    "query_to_xmlschema",
    "query_to_xml_and_xmlschema",
    "ts_stat",
    "ts_rewrite",
    "crosstab",
    "crosstab2",
    "crosstab3",
    "crosstab4",
    "crosstabn",
    "connectby",
    "xpath_table",
    "cron.schedule",
    "cron.schedule_in_database",
    "cron.alter_job",
    "run_command_on_workers",
    "run_command_on_shards",
    "run_command_on_placements",
    "run_command_on_all_nodes",
    "query_export_to_s3",
    "sys_exec",
    "sys_eval",
    "load_extension",
  ],
  server_file: [
    "lo_import",
    "lo_export",
    "pg_read_file",
    "pg_read_binary_file",
    "pg_ls_dir",
    "pg_stat_file",
    "pg_file_write",
    "pg_file_read",
    "pg_file_rename",
    "pg_file_unlink",
    "pg_file_sync",
    "pg_logdir_ls",
    "table_import_from_s3",
    "load_file",
    "readfile",
    "writefile",
  ],
  session: ["pg_terminate_backend", "pg_cancel_backend"],
  alter: [
    "pg_reload_conf",
    "pg_promote",
    "pg_rotate_logfile",
    "pg_create_physical_replication_slot",
    "pg_create_logical_replication_slot",
    "pg_replication_slot_advance",
    "pg_replication_origin_create",
    "pg_wal_replay_pause",
    "pg_wal_replay_resume",
  ],
  drop: ["drop_chunks", "pg_drop_replication_slot", "pg_replication_origin_drop", "cron.unschedule"],
  delete: ["lo_unlink"],
  update: ["setval", "lo_put", "lo_from_bytea"],
  set: ["set_config"],
  notify: ["pg_notify"],
  lock: ["pg_advisory_lock", "pg_advisory_xact_lock", "pg_try_advisory_lock", "pg_try_advisory_xact_lock"],
};

const KINDS = new Map(
  Object.entries(FUNCTIONS).flatMap(([kind, names]) => names.map((name) => [name, kind as StatementKind] as const)),
);

/** What calling a function does beyond reading; undefined for most. The last part of its name counts, and for common words the last two. */
export function kindOfFunction(names: readonly string[]): StatementKind | undefined {
  const [last = ""] = names.slice(-1);
  return KINDS.get(last) ?? KINDS.get(names.slice(-2).join("."));
}
