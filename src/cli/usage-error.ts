/** A command that was not written as it must be: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
