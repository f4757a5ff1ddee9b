import type { ApprovalRequest } from "./eligibility.ts";

/** What is kept of a call, as far as an approver's condition may see it. */
export interface KeptRequest {
  readonly action: string;
  readonly actor: string;
  readonly via: string | null;
  readonly run: string | null;
  /** Real input of the current round, canonical JSON. */
  readonly input: string;
}

/** The request that people are asked about, from what is kept of the call. */
export function requestOf({ action, actor, via, run, input }: KeptRequest): ApprovalRequest {
  return {
    ...{ action, actor, input: JSON.parse(input) as unknown },
    ...(via === null ? {} : { via }),
    ...(run === null ? {} : { run }),
  };
}
