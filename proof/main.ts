import { prove } from "./prove.ts";

const PENDING = 10_000;
const MAX_PENDING = 50_000;

const at = process.argv.indexOf("--pending");
const pending = at === -1 ? PENDING : Number(process.argv[at + 1]);
if (!Number.isSafeInteger(pending) || pending < 20 || pending > MAX_PENDING) {
  console.error(`--pending takes a whole number from 20 to ${MAX_PENDING}`);
  process.exit(2);
}
const { holds, ...report } = await prove(pending, (line) => console.error(line));
console.log(JSON.stringify(report));
process.exit(holds ? 0 : 1);
