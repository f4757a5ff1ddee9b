import { EditRequest } from "../contract/approval.ts";
import { GrantRequest } from "../contract/grants.ts";
import { readJsonArgument } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const EDIT_EXAMPLE = `--edit '{"/amountCents": 400}'`;
const GRANT_EXAMPLE = `--grant '{"uses": 3, "expiresIn": "1h", "bounds": {"/amountCents": {"lte": 100}}}'`;

/** Reads the option `--edit`: new values by JSON pointer. @throws UsageError; values are not repeated, since they may be secret */
export async function readEditArgument(argument: string, terminal: Terminal): Promise<EditRequest> {
  const value = await readJsonArgument("--edit", argument, terminal);
  const { success, data } = EditRequest.safeParse(value);
  if (!success) throw new UsageError(`--edit must be an object of new values by JSON pointer, such as ${EDIT_EXAMPLE}`);
  const pointers = Object.keys(data);
  if (pointers.length === 0) throw new UsageError(`--edit names no place; such as ${EDIT_EXAMPLE}`);
  const misplaced = pointers.find((pointer) => !pointer.startsWith("/"));
  if (misplaced !== undefined)
    throw new UsageError(`--edit names ${misplaced}, which is no JSON pointer: it begins with a slash, /${misplaced}`);
  return data;
}

/** Reads the option `--grant`. @throws UsageError with every member that is wrong */
export async function readGrantArgument(argument: string, terminal: Terminal): Promise<GrantRequest> {
  const read = GrantRequest.safeParse(await readJsonArgument("--grant", argument, terminal));
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => `  ${path.join(".") || "the grant"}: ${message}`);
  throw new UsageError([`--grant is not as it must be, such as ${GRANT_EXAMPLE}`, ...faults].join("\n"));
}
