import { readSession } from "../session.ts";
import type { PolicyActor, PolicyCall, PolicyManifest } from "./call.ts";

/** What an invocation's row keeps of a call; documents are JSON text. */
export interface RecordedCall {
  readonly action: string;
  readonly input: string;
  readonly actor_principal: string;
  readonly run: string | null;
  readonly session: string | null;
}

/** The call as policy is asked about it, whenever it is asked: by the actor's rights at the door. A session groups calls as a run does. */
export function toPolicyCall(row: RecordedCall, manifest: PolicyManifest | undefined): PolicyCall {
  return {
    action: row.action,
    input: JSON.parse(row.input) as unknown,
    actor: JSON.parse(row.actor_principal) as PolicyActor,
    run: row.run ?? readSession(JSON.parse(row.session ?? "null"))?.id,
    manifest,
  };
}
