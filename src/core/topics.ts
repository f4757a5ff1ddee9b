import type { InvocationRef } from "../contract/ids.ts";
import type { InvocationStatus } from "../contract/invocation.ts";

/** What news are about: an invocation's status, or its votes. */
export type TopicKind = "status" | "votes";

/** Topic that a transaction notifies when an invocation's status changes. Its last word is the status. */
export function statusTopic(ref: InvocationRef, status: InvocationStatus): string {
  return `${topicKey("status", ref)} ${status}`;
}

/** Topic that a transaction notifies when votes of an approval were judged. */
export function votesTopic(ref: InvocationRef): string {
  return `${topicKey("votes", ref)} judged`;
}

/** The part that all topics of one kind about one invocation begin with; a blank and one more word follow. */
export function topicKey(kind: TopicKind, ref: InvocationRef): string {
  return `${kind} ${ref.tenant} ${ref.id}`;
}
