import type { Word } from "../shell/command.ts";
import { cutWord, readCommandWords } from "./command-words.ts";
import type { PathCollector } from "./path-collector.ts";
import { prepareProgram } from "./programs/program-index.ts";
import type { SpecialReader } from "./special-programs.ts";

const DOCKER = prepareProgram({
  programs: "docker",
  operands: [],
  values: {
    none:
      "-H --host --context --config -l --log-level -e --env -h --hostname -m --memory -p --publish -u --user -w --workdir --name --entrypoint" +
      " --network --net --platform --restart --tag -t --build-arg --target --label --cpus --gpus --add-host --dns --pull --filter --format",
    list: "-v --volume --mount",
    read: "-f --file --env-file --input --secret --label-file",
    overwrite: "-o --output --cidfile --iidfile",
  },
});

/** Files of the host that a container is given: those mounted into it, and those copied. What runs inside sees others. */
export const readDocker: SpecialReader = ({ args }, paths) => {
  const end = findImage(args);
  const words = readCommandWords(args.slice(0, end), DOCKER);
  for (const { option, kind, word } of words.values) {
    if (option === "--mount") addMount(word, paths);
    else if (kind === "list") addVolume(word, paths);
    else if (kind === "read" || kind === "overwrite") paths.add(word, [kind]);
  }
  const operands = words.operands.filter(({ text }) => text !== "container");
  if (operands[0]?.text !== "cp") return;
  for (const [index, word] of operands.slice(1, 3).entries()) {
    if (!/^[\w.-]+:/.test(word.text)) paths.add(word, [index === 0 ? "read" : "write"], true);
  }
};

/** Index of the image or container that a command is run in: what stands behind it belongs to that command. */
function findImage(args: readonly Word[]): number {
  const run = args.findIndex(({ text }) => text === "run" || text === "create" || text === "exec");
  if (run < 0) return args.length;
  const { operands } = readCommandWords(args.slice(run + 1), DOCKER);
  const [image] = operands;
  return image === undefined ? args.length : args.indexOf(image) + 1;
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
