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

create index approval_of_actor on approval (tenant, action, actor, opened_at desc, invocation desc) where status <> 'superseded';
drop index approval_pending;
create index approval_pending on approval (tenant, opened_at desc, invocation desc) where status = 'pending';

-- `counted` is a person's standing vote, `replaced` one that the same person voted anew after.
alter table vote drop constraint vote_state_check;
alter table vote add constraint vote_state_check check (state in ('received', 'counted', 'replaced', 'refused'));
alter table vote add column stage integer not null default 0;
-- What the voter wants changed in the input, and the terms of the grant that goes with the vote: canonical JSON, covered by the MAC.
alter table vote add column edit text;
alter table vote add column grant_terms text;
-- A round may have a thousand votes: each voter's own are found without the others'.
drop index vote_of_invocation;
create index vote_of_voter on vote (tenant, invocation, round, voter);

-- What a round changed of the one before, field by field and redacted, as JSON; null for the first.
alter table input_revision add column difference text;

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
  primary key (tenant, id),
  unique (tenant, vote)
);
create index approval_grant_open on approval_grant (tenant, action, actor, expires_at) where revoked_at is null and used < uses;
create index approval_grant_newest on approval_grant (tenant, issued_at desc, id desc);
create table approval_grant_use (
  tenant     text not null,
  grant_id   text not null,
  invocation text not null,
  used_at    timestamptz not null default ms_now(),
  primary key (tenant, grant_id, invocation)
);

-- Locked while a request is opened where the number of requests is limited.
create table approval_gate (
  tenant text primary key
);
