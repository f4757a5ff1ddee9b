import type { Word } from "../shell/command.ts";
import { findProgramSyntax } from "../shell/programs/program-syntax.ts";
import { cutWord, findFirstOperand, readCommandWords } from "./command-words.ts";
import type { PathCollector } from "./path-collector.ts";
import { prepareProgram, prepareSubcommands, type ProgramReader } from "./programs/program-index.ts";
import type { SpecialReader } from "./special-programs.ts";

const GLOBAL = prepareProgram({ programs: "docker", operands: [] }, findProgramSyntax("docker"));

const findSubcommand = prepareSubcommands({
  programs: "docker",
  operands: [],
  values: {
    list: "-v --volume --mount",
    read: "-f --file --env-file --input --secret --label-file",
    overwrite: "-o --output --cidfile --iidfile",
  },
});

/** First words of subcommands that have two. */
const GROUPS = new Set(["container", "compose", "image", "buildx", "builder"]);

/** Files of the host that a container is given: those mounted into it, and those copied. What runs inside sees others. */
export const readDocker: SpecialReader = ({ args }, paths) => {
  const at = findFirstOperand(args, GLOBAL);
  const first = args[at]?.text ?? "";
  const isGroup = GROUPS.has(first);
  const rest = args.slice(at + 1);
  const group = isGroup ? readCommandWords(rest, findReader(first)).operands[0] : undefined;
  const name = group?.text ?? first;
  const reader = findReader(isGroup ? `${first} ${name}` : first);
  const { values, operands } = readCommandWords(takeOwnWords(rest, reader, name), reader);
  for (const { option, kind, word } of values) {
    if (option === "--mount") addMount(word, paths);
    else if (kind === "list") addVolume(word, paths);
    else if (kind === "read" || kind === "overwrite") paths.add(word, [kind]);
  }
  if (name !== "cp") return;
  const [source, ...targets] = operands.filter(({ text }) => text !== name);
  // What is copied out of a container is read there.
  if (source !== undefined)
    paths.add(cutWord(source, /^[\w.-]{2,}:/.exec(source.text)?.[0].length ?? 0), ["read"], true);
  for (const target of targets) if (!/^[\w.-]{2,}:/.test(target.text)) paths.add(target, ["write"], true);
};

/** `create` takes what `run` takes. */
function findReader(subcommand: string): ProgramReader {
  return findSubcommand(subcommand.replace(/create$/, "run"));
}

/** The words up to the image or container that a command is run in: what stands behind it belongs to that command. */
function takeOwnWords(args: readonly Word[], reader: ProgramReader, name: string): readonly Word[] {
  if (!/^(?:run|create|exec)$/.test(name)) return args;
  const { operands } = readCommandWords(args, reader);
  const image = operands.find(({ text }) => text !== name);
  return image === undefined ? args : args.slice(0, args.indexOf(image));
}

/** `-v /host:/inside:ro`; a name without slash is no directory of the host. */
function addVolume(word: Word, paths: PathCollector): void {
  const [host = ""] = word.text.split(":");
  if (!/[/~\0]|^\.{1,2}$/.test(host)) return;
  const isReadOnly = /:(?:[\w,]*,)?ro(?:,|$)/.test(word.text);
  paths.add({ ...word, text: host, isGlob: false }, isReadOnly ? ["read"] : ["read", "write"], true);
}

/** `--mount type=bind,source=/host,target=/inside`. */
function addMount(word: Word, paths: PathCollector): void {
  const isReadOnly = /(?:^|,)(?:ro|readonly)(?:=true)?(?:,|$)/.test(word.text);
  for (const part of word.text.split(",")) {
    const source = /^(?:source|src)=(?=.*[/~\0])/.exec(part)?.[0];
    if (source === undefined) continue;
    paths.add(
      { ...cutWord(word, 0), text: part.slice(source.length) },
      isReadOnly ? ["read"] : ["read", "write"],
      true,
    );
  }
}
