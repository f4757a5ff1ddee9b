import type { Word } from "../shell/command.ts";
import { findProgramSyntax } from "../shell/programs/program-syntax.ts";
import { cutWord, findFirstOperand, readCommandWords } from "./command-words.ts";
import { looksLikePath } from "./looks-like-path.ts";
import { prepareProgram, prepareSubcommands } from "./programs/program-index.ts";
import type { SpecialReader } from "./special-programs.ts";

const GLOBAL = prepareProgram({ programs: "git", operands: [] }, findProgramSyntax("git"));

const findReader = prepareSubcommands({
  programs: "git",
  operands: [],
  values: {
    read: "-F --pathspec-from-file --template",
    overwrite: "-o --output --output-directory",
    write: "--separate-git-dir --directory",
  },
});

/** Subcommands that show the content of the files they are given. */
const SHOWING = new Set(["show", "diff", "blame", "annotate", "grep", "cat-file", "archive", "hash-object", "difftool"])
  .add("format-patch")
  .add("diff-files")
  .add("diff-index")
  .add("diff-tree");

/** Files that git shows, writes or deletes, besides those of the repository itself. */
export const readGit: SpecialReader = ({ args }, paths) => {
  const at = findFirstOperand(args, GLOBAL);
  const name = args[at]?.text ?? "";
  const { operands, options, values } = readCommandWords(args.slice(at + 1), findReader(name));
  for (const { option, kind, word } of values) {
    if (kind === "read" || kind === "write" || kind === "overwrite") paths.add(word, [kind]);
    else if (option === "--file" || (option === "-f" && name === "config"))
      paths.add(word, [name === "config" ? "write" : "read"]);
  }
  const showsPatch = ["-p", "-u", "--patch", "--full-diff"].some((option) => options.has(option));
  if (SHOWING.has(name) || ((name === "log" || name === "stash") && showsPatch)) {
    for (const operand of operands) if (looksLikePath(nameFile(operand).text)) paths.add(nameFile(operand), ["read"]);
  } else if (name === "rm") paths.addAll(operands, ["delete"]);
  else if (name === "mv" || name === "init") paths.addAll(operands, ["write"]);
  else if (name === "clone") paths.addAll(operands.slice(1), ["write"]);
  else if (name === "worktree") paths.addAll(operands[0]?.text === "add" ? operands.slice(1, 2) : [], ["write"]);
};

/** The file in `revision:file`, or the word itself. */
function nameFile(word: Word): Word {
  const colon = word.text.indexOf(":");
  return cutWord(word, colon + 1);
}
