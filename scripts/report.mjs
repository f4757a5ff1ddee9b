// What the scripts tell a person: short lines on stderr, so that stdout stays the program's own.

/** A fault that a person can mend; printed as its message alone. */
export class SetupError extends Error {}

/**
 * One line about a step that takes a while.
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs a script's main function; a SetupError ends the process with one line and exit code 1.
 * @param {() => Promise<void>} main
 */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exit(1);
  }
}
