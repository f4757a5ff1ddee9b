import type { SkippedCall } from "../contract/compensation.ts";
import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import type { InvocationStatus } from "../contract/invocation.ts";
import { MAX_PAGE_LIMIT } from "../contract/limits.ts";
import { inputDigest } from "../core/digest.ts";
import { type Cipher, inputPlace, outputPlace } from "./cipher.ts";
import type { Sql } from "./db.ts";
import type { InvocationRow } from "./invocations.ts";
import type { RunRef } from "./runs.ts";

/** An executed call that is still to be undone, and the newest call that was to undo it. */
export interface UndoableCall {
  readonly id: InvocationId;
  readonly action: string;
  /** Name of the action whose calls undo it. */
  readonly undo_action: string;
  /** The actor's rights as they were at the door. */
  readonly actor_principal: string;
  readonly session: string | null;
  readonly undo_id: InvocationId | null;
  readonly undo_status: Exclude<InvocationStatus, "executed"> | null;
  /** Place of its end in the tenant's record. */
  readonly undo_closed_seq: number | null;
}

/** How far the undoing of a run is, in rows. */
export interface RunSurvey {
  /** The newest calls that undo, oldest first; at most {@link MAX_PAGE_LIMIT}, as are those that are skipped. */
  readonly steps: readonly InvocationRow[];
  readonly left: number;
  readonly skipped: readonly SkippedCall[];
}

/** The call that another one undoes, as it really was: for `compensate`, never for a view. */
export interface CompensatedCall {
  readonly id: InvocationId;
  readonly action: string;
  readonly actor: string;
  readonly status: InvocationStatus;
  readonly isErased: boolean;
  /** Whether its input is the one that ran. What was changed since is not given. */
  readonly isUntouched: boolean;
  /** The input that ran, canonical JSON. */
  readonly input: string;
  /** The output, canonical JSON; `null` where nobody knows one. */
  readonly output: string | null;
}

/** Calls of a run that are not about others: each with the current manifest of the action that undoes it, and what came of undoing it. */
const CALLS = `
  from invocation i
  left join lateral (select m.name, m.document from action_manifest m where m.tenant = '*' and m.name = i.action || '.compensate'
    order by m.published_at desc, m.version desc limit 1) m on m.document::json ->> 'compensates' = i.action
  left join lateral (select c.id, c.status from invocation c where c.tenant = i.tenant and c.compensates = i.id
    order by c.status in ('denied', 'rejected', 'expired', 'failed', 'canceled'), c.created_at desc limit 1) c on true
  where i.tenant = $1 and i.actor = $2 and i.run = $3 and i.compensates is null`;
const IS_LEFT = `i.status = 'executed' and i.erased_at is null and m.name is not null and c.status is distinct from 'executed'`;
const IS_SKIPPED = `(i.status = 'uncertain' or i.status = 'executed' and (m.name is null or i.erased_at is not null)
  and c.status is distinct from 'executed')`;

const NEXT = `
  select i.id, i.action, i.actor_principal, i.session, m.name as undo_action, c.id as undo_id, c.status as undo_status,
    (select max(e.seq) from audit_event e where e.tenant = i.tenant and e.invocation = c.id
      and e.type in ('invocation.closed', 'invocation.reconciled')) as undo_closed_seq
  ${CALLS} and ${IS_LEFT} order by i.executed_at desc, i.created_at desc, i.id desc limit 1`;
const LEFT = `select count(*)::bigint as n ${CALLS} and ${IS_LEFT}`;
const IS_OPEN = `i.status in ('accepted', 'pending', 'executing')
  and coalesce((select min(e.seq) from audit_event e where e.tenant = i.tenant and e.invocation = i.id), 0) < $4`;
const OPEN = `
  select i.id from invocation i
  where i.tenant = $1 and i.actor = $2 and i.run = $3 and i.compensates is null and ${IS_OPEN} limit 1`;
const SKIPPED = `
  select i.id, i.action, case when i.status = 'uncertain' then 'uncertain' when i.status <> 'executed' then 'open' when i.erased_at is not null then 'erased'
    else 'not_compensable' end as why
  ${CALLS} and (${IS_SKIPPED} or ${IS_OPEN}) order by i.created_at desc, i.id desc limit ${MAX_PAGE_LIMIT}`;
const STEPS = `
  select * from invocation where tenant = $1 and actor = $2 and run = $3 and compensates is not null
  order by created_at desc, id desc limit ${MAX_PAGE_LIMIT}`;

const COMPENSATED = `
  select o.tenant, o.id, o.action, o.action_version, o.actor, o.status, o.round, o.digest, o.erased_at, o.output, r.input, r.salt
  from invocation c join invocation o on o.tenant = c.tenant and o.id = c.compensates
  join input_revision r on r.tenant = o.tenant and r.invocation = o.id and r.round = o.round
  where c.tenant = $1 and c.id = $2`;

type CompensatedRow = Omit<InvocationRow, "output"> & {
  readonly input: string | null;
  readonly output: string | null;
  readonly salt: string;
};

/** Queries about calls that undo others. */
export function createCompensationTable(sql: Sql, cipher: Cipher) {
  return {
    /** The executed call of the run that is to be undone next: the one executed last of those that are not undone yet. */
    async findNext({ tenant, actor, id }: RunRef): Promise<UndoableCall | undefined> {
      return (await sql.query<UndoableCall>(NEXT, [tenant, actor, id]))[0];
    },

    /** Whether a call of the run is still open that was made before this place in the record: it may take effect yet. */
    async hasOpen({ tenant, actor, id }: RunRef, askedSeq: number): Promise<boolean> {
      return (await sql.query(OPEN, [tenant, actor, id, askedSeq])).length > 0;
    },

    /** The place of the tenant's newest event: after an append, that of what was appended, until the transaction ends. */
    async newestSeq(tenant: string): Promise<number> {
      const [head] = await sql.query<{ seq: number }>("select seq from audit_head where tenant = $1", [tenant]);
      return head?.seq ?? 0;
    },

    /** What was undone, what is left and what stays as it is; work in proportion to the run's calls. @param askedSeq see `hasOpen` */
    async survey({ tenant, actor, id }: RunRef, askedSeq: number): Promise<RunSurvey> {
      const run = [tenant, actor, id];
      const [left] = await sql.query<{ n: number }>(LEFT, run);
      const skipped = await sql.query<SkippedCall>(SKIPPED, [...run, askedSeq]);
      const steps = await sql.query<InvocationRow>(STEPS, run);
      return { steps: steps.toReversed(), left: left?.n ?? 0, skipped };
    },

    /** The call that this one undoes; none for a call that undoes nothing. @throws unavailable when a key is missing */
    async readCompensated(ref: InvocationRef): Promise<CompensatedCall | undefined> {
      const [row] = await sql.query<CompensatedRow>(COMPENSATED, [ref.tenant, ref.id]);
      return row === undefined ? undefined : open(row, cipher);
    },
  };
}

function open(row: CompensatedRow, cipher: Cipher): CompensatedCall {
  const { id, action, actor, status, round, output } = row;
  const call = { id, action, actor, status };
  if (row.erased_at !== null || row.input === null)
    return { ...call, isErased: true, isUntouched: true, input: "null", output: null };
  const input = cipher.open(row.input, inputPlace(row, round));
  if (!isDigested(row, input)) return { ...call, isErased: false, isUntouched: false, input: "null", output: null };
  return {
    ...{ ...call, isErased: false, isUntouched: true, input },
    output: output === null ? null : cipher.open(output, outputPlace(row)),
  };
}

/** Whether the digest that was decided on is that of this input. */
function isDigested({ id, tenant, actor, action, action_version, round, salt, digest }: CompensatedRow, text: string) {
  const input = JSON.parse(text) as unknown;
  const identity = { invocation: id, tenant, actor, action, actionVersion: action_version };
  return inputDigest({ ...identity, round, salt, input }) === digest;
}
