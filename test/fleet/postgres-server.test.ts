import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { startPostgres } from "../../fleet/postgres-server.ts";

test("startPostgres() serves PostgreSQL 15 or newer and keeps its rows over a restart", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  await query(server.url, "CREATE TABLE kept AS SELECT 7 AS value");
  await server.restart();
  const [row] = await query(
    server.url,
    "SELECT value, current_setting('server_version_num')::int AS version FROM kept",
  );
  expect(row).toMatchObject({ value: 7 });
  expect(row?.["version"]).toBeGreaterThanOrEqual(150_000);
});

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows;
}
