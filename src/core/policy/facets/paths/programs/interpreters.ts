import type { ProgramPaths } from "./program-paths.ts";

/** Programs that run a script: it is read, and what stands behind it are its arguments, which are files if they look like it. */
export const INTERPRETERS: readonly ProgramPaths[] = [
  {
    programs: "bash sh dash zsh ksh mksh ash fish csh tcsh pwsh powershell cmd",
    operands: [],
    first: ["read"],
    values: { none: "-c -o -O --rcfile --init-file -command -encodedcommand", read: "-file" },
  },
  {
    programs:
      "python python2 python3 pypy pypy3 node nodejs bun deno tsx ts-node lua luajit Rscript osascript tclsh groovy",
    operands: ["read"],
    isGuess: true,
    values: {
      none: "-c -m -W -X -e -p --eval --print --input-type --stack-size",
      read: "-r --require --import --env-file -f",
    },
  },
  {
    programs: "perl ruby",
    operands: ["read"],
    isGuess: true,
    modes: [{ options: "-i", operands: ["read", "write"] }],
    values: { none: "-e -E -M -I -x -C" },
  },
  { programs: "php", operands: ["read"], isGuess: true, values: { none: "-r -d -S -B -R -E", read: "-f -t -c" } },
];
