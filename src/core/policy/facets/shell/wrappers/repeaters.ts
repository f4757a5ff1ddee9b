import { UNKNOWN, UNKNOWN_WORD, type Word } from "../command.ts";
import { MAX_LOOP_WORDS } from "../../../limits.ts";
import { parseOptionTable } from "../programs/option-table.ts";
import { toWord } from "../programs/words.ts";
import { type Run, type Runner, UNKNOWN_RUN } from "../runs.ts";
import { joinWords } from "./join-words.ts";
import { readWrapperLine } from "./wrapper-line.ts";

const XARGS =
  parseOptionTable(`-0|--null -a|--arg-file= -d|--delimiter= -E= -e|--eof[=] -I|-J= -i|--replace[=] -L= -l|--max-lines[=] -n|--max-args=
  -P|--max-procs= -o|--open-tty -p|--interactive -R= -r|--no-run-if-empty -s|--max-chars= -S= -t|--verbose -x|--exit --show-limits
  --process-slot-var= --help --version`);

/** What xargs runs: the words of its input are put behind the program's own, or in place of a mark. */
export function runXargs({ command: { args, stdin } }: Runner): readonly Run[] {
  const { options, rest, isUnclear } = readWrapperLine(XARGS, args);
  const mark =
    options.has("-I") || options.has("-i")
      ? ((options.get("-I") ?? options.get("-i"))?.at(-1)?.text ?? "{}")
      : undefined;
  const isPlain =
    stdin !== undefined && !stdin.isOpaque && !["-a", "-0", "-d", "-E", "-e"].some((name) => options.has(name));
  const input = isPlain && !/["'\\]/.test(stdin.text) ? stdin.text.trim() : undefined;
  const words = rest.length === 0 ? [toWord("echo")] : rest;
  const runs = mark === undefined ? [runAppended(words, input)] : runReplaced(words, mark, input);
  return isUnclear ? [...runs, UNKNOWN_RUN] : runs;
}

function runAppended(words: readonly Word[], input: string | undefined): Run {
  const added =
    input === undefined
      ? [UNKNOWN_WORD]
      : input
          .split(/\s+/)
          .filter((text) => text !== "")
          .map(toWord);
  return { kind: "command", words: [...words, ...added] };
}

function runReplaced(words: readonly Word[], mark: string, input: string | undefined): readonly Run[] {
  const lines = input === undefined || mark === "" ? [UNKNOWN] : input.split("\n").map((line) => line.trim());
  const values = lines.length > MAX_LOOP_WORDS ? [UNKNOWN] : lines;
  return values.map((value) => ({ kind: "command", words: words.map((word) => replaceMark(word, mark, value)) }));
}

function replaceMark(word: Word, mark: string, value: string): Word {
  if (mark === "" || !word.text.includes(mark)) return word;
  const text = word.text.replaceAll(mark, () => value);
  return { ...word, text, isOpaque: text.includes(UNKNOWN) };
}

/** What find runs on the files that it finds: they lie below the directories that it starts in. */
export function runFind({ command: { args } }: Runner): readonly Run[] {
  const starts = findStarts(args);
  const runs: Run[] = [];
  for (const [index, { text }] of args.entries()) {
    if (!/^-(?:exec|ok)(?:dir)?$/.test(text) || runs.length > MAX_LOOP_WORDS) continue;
    const isApart = text.endsWith("dir");
    const files = (isApart ? [toWord(".")] : starts).map(joinUnknown);
    const words = takeTemplate(args.slice(index + 1)).flatMap((word) => fillIn(word, files));
    runs.push({ kind: "command", words, elsewhere: isApart ? { directory: undefined } : undefined });
  }
  // Such a word may be an expression that runs something.
  const isUnclear = runs.length > MAX_LOOP_WORDS || args.some(({ mayBeMany }) => mayBeMany);
  return isUnclear ? [...runs.slice(0, MAX_LOOP_WORDS), UNKNOWN_RUN] : runs;
}

function findStarts(args: readonly Word[]): readonly Word[] {
  const first = args.findIndex(({ text }) => !/^-(?:[HLP]|O\d*|D)$/.test(text));
  const words = first === -1 ? [] : args.slice(first);
  const end = words.findIndex(({ text }) => /^[-(!,]/.test(text));
  const starts = end === -1 ? words : words.slice(0, end);
  if (starts.length > MAX_LOOP_WORDS) return [toWord(UNKNOWN)];
  return starts.length === 0 ? [toWord(".")] : starts;
}

function joinUnknown({ text, isGlob }: Word): Word {
  const start = isGlob ? text.replace(/[*?[].*$/s, "") + UNKNOWN : text;
  return toWord(start.endsWith("/") ? start + UNKNOWN : `${start}/${UNKNOWN}`);
}

function takeTemplate(words: readonly Word[]): readonly Word[] {
  const end = words.findIndex(({ text }, index) => text === ";" || (text === "+" && words[index - 1]?.text === "{}"));
  return end === -1 ? words : words.slice(0, end);
}

function fillIn(word: Word, files: readonly Word[]): readonly Word[] {
  if (word.text === "{}") return files;
  return [replaceMark(word, "{}", UNKNOWN)];
}

/** What fd runs on the files that it finds; without a mark they stand behind the program's words. */
export function runFd({ command: { args } }: Runner): readonly Run[] {
  const index = args.findIndex(({ text }) => /^(?:-[^-]*[xX]|--exec(?:-batch)?(?:=.*)?)$/.test(text));
  const option = args[index];
  if (option === undefined) return args.some(({ mayBeMany }) => mayBeMany) ? [UNKNOWN_RUN] : [];
  const attached = /^--exec(?:-batch)?=(.*)$/s.exec(option.text)?.[1];
  const rest = args.slice(index + 1);
  const end = rest.findIndex(({ text }) => text === ";");
  const template = [...(attached === undefined ? [] : [toWord(attached)]), ...(end === -1 ? rest : rest.slice(0, end))];
  const words = template.map(replaceMarks);
  return [
    { kind: "command", words: words.some((word, at) => word !== template[at]) ? words : [...words, UNKNOWN_WORD] },
  ];
}

const MARKS = /\{(?:\/|\/\/|\.|\/\.|#|%|[1-9]\d*)?\}/g;

function replaceMarks(word: Word): Word {
  const text = word.text.replaceAll(MARKS, UNKNOWN);
  return text === word.text ? word : { ...word, text, isOpaque: true };
}

const PARALLEL =
  parseOptionTable(`-j|--jobs|-P|--max-procs= -k|--keep-order -a|--arg-file= -n|--max-args= -N= -L= -l[=] -I= -i[=] -X -m -q|--quote -r|--no-run-if-empty
  -t|--verbose -v -d|--delimiter= -0|--null -C|--colsep= -S|--sshlogin= --sshloginfile= --slf= --joblog= --resume --resume-failed --halt= --delay= --timeout=
  --retries= --results= --tag --tagstring= --bar --eta --progress --line-buffer|--lb --linebuffer --ungroup|-u --group --pipe --pipepart --block= --tmpdir=
  --workdir|--wd= --env= --nice= --load= --memfree= --dry-run --shuf --will-cite --no-notice --silent --citation --plain --semaphore --sem --fg --bg --id=
  --xargs --trim= --link --header= --shell-quote --rpl= --basefile= --transfer --transferfile= --return= --cleanup --trc= --tollef --gnu`);

/** What parallel runs: its words as text for a shell, with quoted inputs put in. */
export function runParallel({ command: { args, stdin } }: Runner): readonly Run[] {
  const { rest, isUnclear } = readWrapperLine(PARALLEL, args);
  const mark = rest.findIndex(({ text }) => text.startsWith(":::"));
  const template = mark === -1 ? rest : rest.slice(0, mark);
  const inputs = mark === -1 ? [] : rest.slice(mark + 1);
  const runs = template.length === 0 ? runInputs(inputs, stdin) : [runTemplate(template)];
  return isUnclear ? [...runs, UNKNOWN_RUN] : runs;
}

function runInputs(inputs: readonly Word[], stdin: Word | undefined): readonly Run[] {
  const texts = inputs.length === 0 && stdin !== undefined ? [stdin] : inputs;
  return texts.map((text) => ({ kind: "script", text }));
}

function runTemplate(template: readonly Word[]): Run {
  const { text, ...word } = joinWords(template);
  const filled = text.replaceAll(MARKS, `'${UNKNOWN}'`);
  // The inputs come quoted, so none of them can be a command of its own.
  return { kind: "script", text: { ...word, text: filled === text ? `${text} '${UNKNOWN}'` : filled } };
}
