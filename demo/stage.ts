import type { Client } from "countersign";
import type { DemoServer } from "./server.ts";

/** What the steps play on: one server, and three principals who talk to it. */
export interface Stage {
  /** `demo-agent`: may invoke, has the scope `finance`. */
  readonly agent: Client;
  /** `demo-approver`: of the group `finance`. */
  readonly approver: Client;
  /** The operator. */
  readonly admin: Client;
  /** The process behind the three. */
  readonly server: DemoServer;
  /** The policy document as it lies in its file. */
  readonly policy: string;
  /** Lines of the billing file: how many refunds and payments were really made. */
  countEffects(): number;
}

/** One value read back, and what it must be for the step to have kept its word. */
export interface Claim {
  readonly what: string;
  readonly got: unknown;
  readonly expected: unknown;
}

/** What a step has to tell once it was played. */
export interface Told {
  readonly asked: string;
  readonly happened: string;
  readonly proof: readonly Claim[];
}

/** One thing that Countersign claims, and how it is shown. */
export interface Step {
  readonly title: string;
  play(stage: Stage): Promise<Told>;
}

/** A claim: `got` was read back and must equal `expected`. */
export function claim(what: string, got: unknown, expected: unknown): Claim {
  return { what, got, expected };
}
