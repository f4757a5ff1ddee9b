import { z } from "zod";
import {
  ApprovalFilter,
  BatchVoteAnswer,
  BatchVoteRequest,
  type Decision,
  ShortVoteRequest,
  VoteRequest,
} from "../../contract/approval.ts";
import { PageQuery } from "../../contract/invocation.ts";
import type { BatchedAnswer, VoteAnswer } from "../../gateway/gateway.ts";
import type { AppContext, RouteParts } from "../app-env.ts";
import { addEndpoint, defineEndpoint, type EndpointTarget } from "../endpoint.ts";
import { statusOf } from "../problem.ts";
import { pageOf, views } from "../views.ts";

const tag = "Approvals";
const judged = {
  200: { description: "Judged; the approval as it now stands", schema: views.approval },
  202: { description: "Kept, not judged yet", schema: views.approval },
};

const list = defineEndpoint({
  method: "get",
  path: "/v1/approvals",
  tag,
  summary: "Approvals, newest first; with eligible=me those that the caller may vote on",
  query: z.strictObject({ ...ApprovalFilter.shape, ...PageQuery.shape }),
  answers: { 200: { description: "One page", schema: pageOf(views.approval) } },
});

const get = defineEndpoint({
  method: "get",
  path: "/v1/approvals/{id}",
  tag,
  summary: "One approval",
  answers: { 200: { description: "The approval", schema: views.approval } },
});

const vote = defineEndpoint({
  method: "post",
  path: "/v1/approvals/{id}/votes",
  tag,
  summary: "Vote",
  body: VoteRequest,
  takesIdempotencyKey: true,
  answers: judged,
});

const batch = defineEndpoint({
  method: "post",
  path: "/v1/approvals/batch",
  tag,
  summary: "Vote on up to 100 approvals, each vote by itself",
  body: BatchVoteRequest,
  answers: {
    200: {
      description: "Each vote's own answer, in the order sent",
      schema: z.object({ items: z.array(BatchVoteAnswer.extend({ approval: views.approval.optional() })) }),
    },
  },
});

/** Adds the routes of approvals. */
export function addApprovalRoutes(target: EndpointTarget, { gateway }: RouteParts): void {
  addEndpoint(target, list, async ({ caller, query, c }) => {
    const { limit, cursor, ...filter } = query;
    return c.json(await gateway.listApprovals(caller, filter, { limit, cursor }));
  });
  addEndpoint(target, get, async ({ caller, c }) => c.json(await gateway.getApproval(caller, c.req.param("id") ?? "")));
  addEndpoint(target, vote, async ({ caller, body, idempotencyKey, c }) =>
    answerVote(c, await gateway.vote(caller, c.req.param("id") ?? "", { ...body, idempotencyKey })),
  );
  addEndpoint(target, batch, async ({ caller, body, c }) => {
    const answers = await gateway.voteBatch(caller, body.votes);
    return c.json({ items: answers.map(showAnswer) });
  });
  for (const decision of ["approve", "reject"] as const) {
    addEndpoint(target, shortForm(decision), async ({ caller, body, idempotencyKey, c }) =>
      answerVote(c, await gateway.vote(caller, c.req.param("id") ?? "", { ...body, decision, idempotencyKey })),
    );
  }
}

function shortForm(decision: Decision) {
  return defineEndpoint({
    method: "post",
    path: `/v1/approvals/{id}/${decision}`,
    tag,
    summary: `Vote to ${decision}`,
    body: ShortVoteRequest,
    isBodyOptional: true,
    takesIdempotencyKey: true,
    answers: judged,
  });
}

function answerVote(c: AppContext, answer: VoteAnswer): Response {
  return c.json(answer.approval, voteStatus(answer));
}

function voteStatus({ confirmed }: VoteAnswer): 200 | 202 {
  return confirmed ? 200 : 202;
}

/** What the vote would have been answered with alone: its status, and the approval or the problem. */
function showAnswer(batched: BatchedAnswer): BatchVoteAnswer {
  const { id } = batched;
  if ("answer" in batched) return { id, status: voteStatus(batched.answer), approval: batched.answer.approval };
  const { code, message, retryable, details } = batched.error;
  const known = Object.keys(details).length === 0 ? {} : { details };
  return { id, status: statusOf(code), error: { code, message, retryable, ...known } };
}
