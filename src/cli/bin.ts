#!/usr/bin/env node
import { runCli } from "./run-cli.ts";
import { createTerminal } from "./terminal.ts";

/** Milliseconds for what a stopped command left open, a connection attempt for instance, to end by itself. */
const GRACE_MS = 3_000;

process.exitCode = await runCli(process.argv.slice(2), createTerminal());
// Not held by this timer, the process ends at once when nothing else holds it.
setTimeout(() => process.exit(), GRACE_MS).unref();
