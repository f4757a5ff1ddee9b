import { voteBatch } from "./batch-votes.ts";
import { answerVote, createVotingDesk, handInVote } from "./cast-vote.ts";
import type { GatewayContext } from "./context.ts";
import type { Gateway } from "./gateway.ts";
import { assertPermission } from "./permissions.ts";

/** The part of the application service that takes votes. */
export function createVoteMethods(context: GatewayContext): Pick<Gateway, "vote" | "voteBatch"> {
  const desk = createVotingDesk(context);
  return {
    async vote(caller, id, ballot) {
      await assertPermission(context, caller, "approve");
      return answerVote(desk, await handInVote(desk, caller, { ...ballot, id }));
    },
    async voteBatch(caller, votes) {
      await assertPermission(context, caller, "approve");
      return voteBatch(desk, caller, votes);
    },
  };
}
