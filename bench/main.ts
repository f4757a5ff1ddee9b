import { benchFleet } from "./fleet.ts";
import { benchApprovalsList } from "./approvals-list.ts";
import { benchGuards } from "./guards.ts";
import { benchInvoke } from "./invoke.ts";
import { benchPolicy } from "./policy.ts";
import { benchPolicyReplay } from "./policy-replay.ts";

const BENCHES: Readonly<Record<string, () => Promise<unknown>>> = {
  fleet: benchFleet,
  // Rows may be given, to try it with fewer than the million that is claimed.
  "approvals-list": () => benchApprovalsList(Number(process.argv[3] ?? 1_000_000)),
  guards: benchGuards,
  invoke: benchInvoke,
  policy: benchPolicy,
  "policy-replay": benchPolicyReplay,
};

const [name = "invoke"] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  console.error(`There is no bench ${name}; there are: ${Object.keys(BENCHES).join(", ")}`);
  process.exit(2);
}
console.log(JSON.stringify(await bench()));
process.exit(0);
