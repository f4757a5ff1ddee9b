import type { Effect } from "../../../contract/policy.ts";
import type { PolicyCall } from "../call.ts";
import type { DefaultEffect } from "../document/document.ts";
import type { Position } from "../document/faults.ts";

/** A call and what a policy is expected to answer. */
export interface PolicyCase {
  /** For people: the case's name, or else the call in short. */
  readonly title: string;
  /** Where the case stands in its file. */
  readonly at: Position | undefined;
  /** The call that is asked about. */
  readonly call: PolicyCall;
  /** The effect that the verdict must have. */
  readonly effect: Effect;
  /** The rule that must decide; `null` when that must be the default, absent when it doesn't matter. */
  readonly rule?: string | null;
}

/** A file of cases, without faults. */
export interface CaseFile {
  /** What is tested: a document's file, relative to this one, or shipped templates by name. */
  readonly subject: { readonly policy: string } | { readonly templates: readonly string[] };
  /** The effect where no rule decides and the documents name no default. */
  readonly defaultEffect?: DefaultEffect;
  /** In the order of the file. */
  readonly cases: readonly PolicyCase[];
}
