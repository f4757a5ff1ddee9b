-- Approvals of several people, stages and rounds, and grants.

-- A round that another one took the place of has no resolution of its own.
alter table approval drop constraint approval_status_check;
alter table approval add constraint approval_status_check
  check (status in ('pending', 'approved', 'rejected', 'expired', 'canceled', 'superseded'));
-- Where the state machine stands in the round, as a JSON document: stage, when it was opened, who approved those before, what was fired.
alter table approval add column progress text;
-- Why a later round was opened; null for the first.
alter table approval add column because text;
-- Whether one of the approvers is an expression, so that names alone don't tell who may vote.
alter table approval add column asks_by_rule boolean not null default false;
-- The invocation's, so that the request before is found by an index.
alter table approval add column actor text;
-- The names among the approvers of all stages, by which requests are counted; `approvers` are those of the open stage.
alter table approval add column asked text[] not null default '{}';
update approval set asked = approvers;

-- Terms of one stage, as they were kept before, become a list of one, here and in the verdict that they came from. They are written as
-- canonical JSON, member by member, since they are compared with what policy says later.
with kept as (
  select tenant, invocation, round, opened_at, terms, terms::json as t from approval
), staged as (
  select tenant, invocation, round, opened_at, terms,
    '{"decideByMs":' || (t ->> 'decideByMs') || ',"exclude":["requester"]' || coalesce(',"executeByMs":' || (t ->> 'executeByMs'), '')
      || ',"onDrift":"ask_again","requireReason":' || (t ->> 'requireReason')
      || ',"stages":[{"approve":' || (t ->> 'approve') || ',"approvers":' || (t -> 'approvers')::text || ',"deny":' || (t ->> 'deny')
      || coalesce(',"remindEveryMs":' || (t ->> 'remindEveryMs'), '') || '}]}' as stages
  from kept
), judged as (
  update invocation i set verdict = replace(i.verdict, '"approval":' || s.terms, '"approval":' || s.stages)
  from staged s where i.tenant = s.tenant and i.id = s.invocation and i.round = s.round
)
update approval a set terms = s.stages, actor = i.actor,
  progress = '{"done":[],"escalated":0,"reminded":0,"stage":0,"stageOpenedAtMs":'
    || round(extract(epoch from a.opened_at) * 1000)::bigint || '}'
from staged s join invocation i on i.tenant = s.tenant and i.id = s.invocation
where a.tenant = s.tenant and a.invocation = s.invocation and a.round = s.round;
alter table approval alter column progress set not null;
alter table approval alter column actor set not null;

-- Instants of the common era with four digits, which every program that reads them can hold: an infinite one can be written by nobody.
create function is_instant(at timestamptz) returns boolean language sql immutable
  as $$ select at >= timestamptz '1970-01-01T00:00:00Z' and at < timestamptz '10000-01-01T00:00:00Z' $$;
alter table approval add constraint approval_times_check check (is_instant(opened_at) and is_instant(decide_by)
  and is_instant(execute_by) and is_instant(resolved_at) and is_instant(consumed_at));

create index approval_of_actor on approval (tenant, action, actor, opened_at desc, invocation desc) where status <> 'superseded';
drop index approval_pending;
create index approval_pending on approval (tenant, opened_at desc, invocation desc) where status = 'pending';
-- What waits of an actor is counted while others wait at the gate, whatever the actor has asked before.
create index approval_pending_of_actor on approval (tenant, actor) where status = 'pending';

-- `counted` is a person's standing vote, `replaced` one that the same person voted anew after.
alter table vote drop constraint vote_state_check;
alter table vote add constraint vote_state_check check (state in ('received', 'counted', 'replaced', 'refused'));
alter table vote add column stage integer not null default 0;
-- What the voter wants changed in the input, and the terms of the grant that goes with the vote: canonical JSON, covered by the MAC.
alter table vote add column edit text;
alter table vote add column grant_terms text;
-- A vote that says no instant was written by hand: given one, its MAC fits it no more, and the run refuses it.
update vote set made_at = to_timestamp(0) where not is_instant(made_at);
alter table vote add constraint vote_times_check check (is_instant(made_at) and is_instant(judged_at) and is_instant(leased_until));
-- A round may have a thousand votes: each voter's own are found without the others'.
drop index vote_of_invocation;
create index vote_of_voter on vote (tenant, invocation, round, voter);

-- What a round changed of the one before, field by field and redacted, as JSON; null for the first.
alter table input_revision add column difference text;
-- The input as policy is asked about it, edits included, where policy has changed it since; null where it is the input itself.
alter table input_revision add column judged text;

-- Whoever has a role or is in a group is looked for whenever people are to be asked; a principal seldom changes.
create index principal_by_role on principal using gin (roles) with (fastupdate = off);
create index principal_by_group on principal using gin (groups) with (fastupdate = off);

create table approval_grant (
  tenant         text not null,
  id             text not null,
  -- The vote that it came with: its MAC covers the terms below, so that a row written by hand is no grant.
  vote           text not null,
  invocation     text not null,
  round          integer not null,
  stage          integer not null,
  issuer         text not null,
  action         text not null,
  action_version text not null,
  policy_version text not null,
  actor          text not null,
  run            text,
  scope          text not null check (scope in ('actor', 'run')),
  bounds         text not null,
  uses           integer not null check (uses > 0),
  used           integer not null default 0 check (used between 0 and uses),
  issued_at      timestamptz not null,
  expires_at     timestamptz not null,
  revoked_at     timestamptz,
  revoked_by     text,
  -- Over all of it but used and revoked.
  mac            text not null,
  primary key (tenant, id),
  unique (tenant, vote),
  check (is_instant(issued_at) and is_instant(expires_at) and is_instant(revoked_at))
);
create index approval_grant_open on approval_grant (tenant, action, actor, expires_at) where revoked_at is null and used < uses;
create index approval_grant_newest on approval_grant (tenant, issued_at desc, id desc);
create table approval_grant_use (
  tenant     text not null,
  grant_id   text not null,
  invocation text not null,
  used_at    timestamptz not null default ms_now() check (is_instant(used_at)),
  primary key (tenant, grant_id, invocation)
);

-- Locked while a request is opened where the number of requests is limited.
create table approval_gate (
  tenant text primary key
);
