import type { ProgramPaths } from "./program-paths.ts";

/** Programs that run a script: it is read, and what stands behind it are its arguments, which are files if they look like it. */
export const INTERPRETERS: readonly ProgramPaths[] = [
  {
    programs: "bash sh dash zsh ksh mksh ash fish csh tcsh cmd",
    operands: [],
    first: ["read"],
    values: { none: "-c -o -O" },
  },
  {
    programs: "pwsh powershell",
    operands: [],
    first: ["read"],
    isWordy: true,
    values: { none: "-c -command -encodedcommand -executionpolicy", read: "-f -file" },
  },
  {
    programs: "python python2 python3 pypy pypy3",
    operands: ["read"],
    isGuess: true,
    values: { none: "-c -m -W -X" },
  },
  {
    programs: "node nodejs bun deno tsx ts-node",
    operands: ["read"],
    isGuess: true,
    values: { none: "-e -p --eval --print", read: "-r --require --import --env-file" },
  },
  { programs: "lua luajit Rscript osascript tclsh groovy", operands: ["read"], isGuess: true, values: { none: "-e" } },
  {
    programs: "perl ruby",
    operands: ["read"],
    isGuess: true,
    modes: [{ options: "-i", operands: ["read", "write"] }],
    values: { none: "-e -E -I" },
  },
  { programs: "php", operands: ["read"], isGuess: true, values: { none: "-r -d -B -R -E", read: "-f -t -c" } },
];
