/** A family of languages whose programs start others with the same words. */
export type Language = "python" | "node" | "ruby" | "perl" | "php" | "lua" | "awk" | "other";

/** How an interpreter is given its program, as data. */
export interface InterpreterData {
  /** What its programs are written in. */
  readonly language: Language;
  /** Letters of options whose value is program text. */
  readonly code: string;
  /** Letters of options with another value. */
  readonly values?: string;
  /** Letters of options whose value, if there is one, is attached: nothing behind them in a cluster is an option. */
  readonly attached?: string;
  /** Letters of options that name a program elsewhere: a file, or a module. */
  readonly elsewhere?: string;
  /** Long options whose value is program text. */
  readonly longCode?: readonly string[];
  /** Long options with another value. */
  readonly longValues?: readonly string[];
  /** What the first operand is when no program text was given: a file by its name, or text. Default `file`. */
  readonly operand?: "file" | "code";
  /** Subcommands whose operand is program text; with any other the program is elsewhere. */
  readonly subcommands?: readonly string[];
}

const PYTHON: InterpreterData = {
  language: "python",
  code: "c",
  values: "WXQ",
  elsewhere: "m",
  longValues: ["--check-hash-based-pycs"],
};
const NODE: InterpreterData = {
  language: "node",
  code: "ep",
  values: "rC",
  longCode: ["--eval", "--print"],
  longValues: [
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "--conditions",
    "--env-file",
    "--input-type",
    "--title",
  ],
};
const AWK: InterpreterData = {
  language: "awk",
  code: "e",
  values: "Fvil",
  elsewhere: "fE",
  longCode: ["--source"],
  longValues: ["--field-separator", "--assign", "--include", "--load"],
  operand: "code",
};
const EVAL: InterpreterData = { language: "other", code: "eE", longCode: ["--eval", "--evaluate"] };
const LUA: InterpreterData = { language: "lua", code: "e", values: "l" };

/** Interpreters by their names without a version. */
export const INTERPRETERS: ReadonlyMap<string, InterpreterData> = new Map([
  ["python", PYTHON],
  ["pythonw", PYTHON],
  ["pypy", PYTHON],
  ["ipython", PYTHON],
  ["py", PYTHON],
  ["jython", PYTHON],
  ["perl", { language: "perl", code: "eE", values: "I", attached: "i0lFMmCDdVx" }],
  ["ruby", { language: "ruby", code: "e", values: "rIC", attached: "iEF0xKWT" }],
  ["jruby", { language: "ruby", code: "e", values: "rIC", attached: "iEF0xKWT" }],
  ["irb", { language: "ruby", code: "", values: "rI" }],
  ["node", NODE],
  ["nodejs", NODE],
  ["tsx", NODE],
  ["ts-node", NODE],
  ["bun", { ...NODE, values: "r" }],
  ["deno", { ...NODE, code: "", subcommands: ["eval"] }],
  ["qjs", { language: "node", code: "e" }],
  ["php", { language: "php", code: "rBRE", values: "dczgt", elsewhere: "fF" }],
  ["lua", LUA],
  ["luajit", LUA],
  ["awk", AWK],
  ["gawk", AWK],
  ["mawk", AWK],
  ["nawk", AWK],
  ["osascript", { language: "other", code: "e", values: "ls" }],
  ["rscript", { language: "other", code: "e" }],
  ["r", { ...EVAL, code: "e", elsewhere: "f" }],
  ["julia", { ...EVAL, values: "pLJtC" }],
  ["elixir", { ...EVAL, code: "e", values: "rS" }],
  ["groovy", { ...EVAL, code: "e" }],
  ["scala", { ...EVAL, code: "e" }],
  ["kotlin", { ...EVAL, code: "e" }],
  ["swift", { ...EVAL, code: "e" }],
  ["ghc", { ...EVAL, code: "e" }],
  ["raku", { language: "perl", code: "e", values: "IM" }],
  ["crystal", { language: "ruby", code: "", subcommands: ["eval"] }],
  ["guile", { language: "other", code: "c", values: "lsL" }],
  ["racket", { language: "other", code: "e", values: "ftlpruk" }],
  ["sbcl", { language: "other", code: "", longCode: ["--eval"], longValues: ["--load", "--core"] }],
  ["clojure", { ...EVAL, code: "e", values: "imM" }],
  ["clj", { ...EVAL, code: "e", values: "imM" }],
  ["emacs", { language: "other", code: "", longCode: ["--eval", "--execute"], values: "lf" }],
  ["octave", { language: "other", code: "", longCode: ["--eval"] }],
  ["tclsh", { language: "other", code: "" }],
  ["wish", { language: "other", code: "" }],
  ["expect", { language: "other", code: "c", values: "f" }],
  ["jshell", { language: "other", code: "" }],
  ["swipl", { language: "other", code: "gt", values: "fs" }],
  ["erl", { language: "other", code: "", longCode: ["-eval"] }],
  ["mongosh", { language: "node", code: "", longCode: ["--eval"] }],
  ["mongo", { language: "node", code: "", longCode: ["--eval"] }],
]);

/** An interpreter by its program's name in any letter case, with or without a version behind it. */
export function findInterpreter(program: string): InterpreterData | undefined {
  const found = INTERPRETERS.get(program);
  if (found !== undefined || !/[\dA-Z]/.test(program)) return found;
  const name = program.toLowerCase();
  return INTERPRETERS.get(name) ?? INTERPRETERS.get(/^([a-z-]+?)-?\d+(?:\.\d+)*[a-z]?$/.exec(name)?.[1] ?? "");
}
