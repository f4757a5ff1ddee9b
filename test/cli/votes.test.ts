import { expect, test } from "vitest";
import { startWireServer } from "../client/wire-server.ts";
import { runHere } from "./run-cli.ts";
import { writeFiles } from "./temporary-files.ts";

const THRESHOLDS = { thresholds: { approve: 2, deny: 1 }, votes: [], stages: [] };
const PENDING = { id: "ivn_1", status: "pending", tally: { approve: 1, reject: 0 }, ...THRESHOLDS };
const APPROVED = { id: "ivn_2", status: "approved", tally: { approve: 2, reject: 0 }, ...THRESHOLDS };

function connectTo(url: string) {
  return { env: { COUNTERSIGN_URL: url, COUNTERSIGN_API_KEY: "csk_test" } };
}

test("runCli(approvals approve) sends an edit, from a file too", async () => {
  const server = await startWireServer({ status: 200, body: PENDING });
  const folder = writeFiles({ "edit.json": `{"/amountCents": 400}` });
  for (const edit of [`{"/amountCents": 400}`, `@${folder}/edit.json`]) {
    const run = await runHere(["approvals", "approve", "ivn_1", "--edit", edit], connectTo(server.url));
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  }
  const body = { decision: "approve", edit: { "/amountCents": 400 } };
  expect(server.seen).toMatchObject([{ url: "/v1/approvals/ivn_1/votes", body }, { body }]);
});

test("runCli(approvals approve) sends a grant", async () => {
  const server = await startWireServer({ status: 200, body: APPROVED });
  const grant = { uses: 3, expiresIn: "1h", bounds: { "/amountCents": { lte: 100 } } };
  const args = ["approvals", "approve", "ivn_2", "--grant", JSON.stringify(grant)];
  expect(await runHere(args, connectTo(server.url))).toMatchObject({ exitCode: 0 });
  expect(server.seen[0]?.body).toStrictEqual({ decision: "approve", grant });
});

test("runCli(approvals reject) of several ids prints a line for each and fails when one was refused", async () => {
  const error = { code: "already_resolved", message: "The approval has its resolution already", retryable: false };
  const items = [
    { id: "ivn_1", status: 200, approval: PENDING },
    { id: "ivn_2", status: 200, approval: APPROVED },
    { id: "ivn_3", status: 202, approval: PENDING },
    { id: "ivn_4", status: 409, error },
  ];
  const server = await startWireServer({ status: 200, body: { items } });
  const args = ["approvals", "reject", "ivn_1", "ivn_2", "ivn_3", "ivn_4", "--reason", "No"];
  expect(await runHere(args, connectTo(server.url))).toEqual({
    exitCode: 1,
    stdout: [
      "ivn_1  pending, 1 of 2 to approve, 0 of 1 to reject",
      "ivn_2  approved",
      "ivn_3  kept, and will be judged",
      "ivn_4  refused, already_resolved: The approval has its resolution already",
    ].join("\n"),
    stderr: "",
  });
  const votes = ["ivn_1", "ivn_2", "ivn_3", "ivn_4"].map((id) => ({ id, decision: "reject", reason: "No" }));
  expect(server.seen).toMatchObject([{ url: "/v1/approvals/batch", body: { votes } }]);
});

test("runCli(approvals approve --json) of several ids prints the answers as they came", async () => {
  const items = [1, 2].map((number) => ({ id: `ivn_${number}`, status: 200, approval: APPROVED }));
  const server = await startWireServer({ status: 200, body: { items } });
  const run = await runHere(["approvals", "approve", "ivn_1", "ivn_2", "--json"], connectTo(server.url));
  expect([run.exitCode, JSON.parse(run.stdout)]).toEqual([0, items]);
});

test.each<[string[], RegExp]>([
  [["approve"], /missing required argument 'id'/],
  [["approve", "ivn_1", "--edit", "{amount: 4}"], /--edit must be JSON; quote it for your shell/],
  [["approve", "ivn_1", "--edit", "[4]"], /--edit must be an object of new values by JSON pointer, such as --edit '{"/],
  [["approve", "ivn_1", "--edit", "{}"], /--edit names no place/],
  [
    ["approve", "ivn_1", "--edit", `{"amountCents": 4}`],
    /amountCents, which is no JSON pointer: it begins with a slash/,
  ],
  [["approve", "ivn_1", "--grant", `{"uses": 0}`], /--grant is not as it must be, such as[^]+uses: [^]+expiresIn: /],
  [["approve", "ivn_1", "--grant", "3"], /--grant is not as it must be/],
  [["approve", "ivn_1", "--edit", `{"/a":1}`, "--grant", "{}"], /--edit or --grant, not both/],
  [["approve", "ivn_1", "ivn_2", "--digest", "d"], /--digest belongs to one request/],
  [["approve", ...Array.from({ length: 101 }, (_, index) => `ivn_${index}`)], /at most 100 requests/],
  [["reject", "ivn_1", "--edit", `{"/a":1}`], /unknown option '--edit'/],
])("runCli(approvals %j) exits 2 and says what is wrong", async (args, message) => {
  const { exitCode, stdout, stderr } = await runHere(["approvals", ...args]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(message);
});

test("runCli(approvals approve) never repeats the values of an edit that it can't read", async () => {
  const { stderr } = await runHere(["approvals", "approve", "ivn_1", "--edit", `["s3cret"]`]);
  expect(stderr).not.toContain("s3cret");
});
