import type { Word } from "../shell/command.ts";
import { cutWord, readCommandWords } from "./command-words.ts";
import { looksLikePath } from "./looks-like-path.ts";
import { prepareProgram } from "./programs/program-index.ts";
import type { SpecialReader } from "./special-programs.ts";

const GIT = prepareProgram({
  programs: "git",
  operands: [],
  values: {
    none:
      "-C -c --git-dir --work-tree --namespace --exec-path --config-env -m --message -b -B -n -S -G --author --date --grep --since --until --format" +
      " --pretty --branch --depth --reference --origin -u --upload-pack --max-count --skip --trailer --cleanup -L -U --unified",
    read: "-F --pathspec-from-file --template",
    overwrite: "-o --output --output-directory",
    write: "--file --separate-git-dir --directory",
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
  const words = readCommandWords(args, GIT);
  const [subcommand, ...operands] = words.operands;
  for (const { kind, word } of words.values)
    if (kind === "read" || kind === "write" || kind === "overwrite") paths.add(word, [kind]);
  const name = subcommand?.text ?? "";
  const showsLog = name === "log" && ["-p", "-u", "--patch", "--full-diff"].some((option) => words.options.has(option));
  const showsStash = name === "stash" && words.options.has("-p");
  if (SHOWING.has(name) || showsLog || showsStash) {
    for (const operand of operands) if (looksLikePath(nameFile(operand).text)) paths.add(nameFile(operand), ["read"]);
  } else if (name === "rm") paths.addAll(operands, ["delete"]);
  else if (name === "mv") paths.addAll(operands, ["write"]);
  else if (name === "init") paths.addAll(operands, ["write"]);
  else if (name === "clone") paths.addAll(operands.slice(1), ["write"]);
  else if (name === "worktree") paths.addAll(operands[0]?.text === "add" ? operands.slice(1, 2) : [], ["write"]);
};

/** The file in `revision:file`, or the word itself. */
function nameFile(word: Word): Word {
  const colon = word.text.indexOf(":");
  return cutWord(word, colon + 1);
}
