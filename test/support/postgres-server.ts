export { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";
