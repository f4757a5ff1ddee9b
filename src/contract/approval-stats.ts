import { z } from "zod";

/** Query of `GET /v1/approvals/stats`: requests opened in this time; the last 30 days unless told. */
export const ApprovalStatsQuery = z.strictObject({
  action: z.string().max(200).optional(),
  createdAfter: z.iso.datetime({ offset: true }).optional(),
  createdBefore: z.iso.datetime({ offset: true }).optional(),
});
export type ApprovalStatsQuery = z.infer<typeof ApprovalStatsQuery>;

const Answers = {
  questions: z.int(),
  pending: z.int(),
  approved: z.int(),
  rejected: z.int(),
  expired: z.int(),
  canceled: z.int(),
  // Withdrawn without an answer: policy decided the edited or changed call without people.
  superseded: z.int(),
  // Milliseconds from the request to its approval or rejection; absent while nobody answered any.
  timeToAnswerMs: z.object({ p50: z.number(), p90: z.number() }).optional(),
};

/**
 * What one rule asked of people; `rule` is absent for what a document's default asked. `questionsPer100Calls` is of all calls of the
 * actions that the rule asked about; `alwaysApproved` marks a rule that was answered ten times or more, and never with a no.
 */
export const RuleQuestions = z.object({
  rule: z.string().optional(),
  ...Answers,
  questionsPer100Calls: z.number(),
  alwaysApproved: z.boolean(),
});
export type RuleQuestions = z.infer<typeof RuleQuestions>;

/** How much approval costs people, and which rules only train them to say yes. Rules by number of questions, the most first. */
export const ApprovalStats = z.object({
  createdAfter: z.string(),
  createdBefore: z.string(),
  calls: z.int(),
  ...Answers,
  questionsPer100Calls: z.number(),
  rules: z.array(RuleQuestions),
});
export type ApprovalStats = z.infer<typeof ApprovalStats>;
