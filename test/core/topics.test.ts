import { expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import { InvocationStatus } from "../../src/contract/invocation.ts";
import { statusTopic, topicKey, votesTopic } from "../../src/core/topics.ts";

const ref = { tenant: "acme", id: "ivn_01" as InvocationId };

test.each(InvocationStatus.options)("statusTopic() begins with its key and ends with the status %s", (status) => {
  expect(statusTopic(ref, status)).toBe(`${topicKey("status", ref)} ${status}`);
});

test("votesTopic() begins with its key and is no status", () => {
  expect(votesTopic(ref)).toBe("votes acme ivn_01 judged");
  expect(topicKey("votes", ref)).not.toBe(topicKey("status", ref));
});

test("statusTopic() fits into a notification even for the longest names", () => {
  const longest = { tenant: "t".repeat(64), id: `ivn_${"0".repeat(26)}` as InvocationId };
  const lengths = InvocationStatus.options.map((status) => Buffer.byteLength(statusTopic(longest, status)));
  expect(Math.max(...lengths)).toBeLessThanOrEqual(200);
});
