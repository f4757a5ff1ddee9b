-- What guards keep between calls. Keys that are hashes stand for typed tuples, so that values of an input are never joined as text;
-- labels say in words what is counted, with secrets redacted. Amounts are whole millionths of the unit.

-- The clock of every row. Within a session it never runs backwards, so that a host whose clock is set back opens no window twice.
create or replace function ms_now() returns timestamptz language plpgsql volatile as $$
declare
  now_ms timestamptz := date_trunc('milliseconds', clock_timestamp());
  last_ms timestamptz := nullif(current_setting('countersign.last_ms', true), '');
begin
  if last_ms >= now_ms then
    return last_ms;
  end if;
  perform set_config('countersign.last_ms', now_ms::text, false);
  return now_ms;
end
$$;

-- What was charged for a call when it was decided, as a JSON document; null when nothing was.
alter table invocation add column guards text;
-- What an attempt said that it spent, as a JSON document of millionths by unit; null when it said nothing.
alter table execution add column spent text;

-- A sliding window needs no scan: each hit knows the running total, so two totals tell what lies between them.
create table rate_counter (
  tenant  text not null,
  key     text not null,
  action  text not null,
  label   text not null,
  kept_ms bigint not null,
  total   bigint not null,
  last_at timestamptz not null,
  -- Hits up to this total were pruned.
  pruned  bigint not null default 0,
  -- When no window reaches a hit any more, at the latest 5 minutes later: in steps, so that charges seldom move it in its index.
  stale_at timestamptz not null generated always as (date_bin('5 minutes',
    (last_at at time zone 'UTC' + (kept_ms + 300000) * interval '1 millisecond') at time zone 'UTC', timestamptz 'epoch')) stored,
  primary key (tenant, key)
);
create index rate_counter_stale on rate_counter (stale_at);
create table rate_hit (
  tenant text not null,
  key    text not null,
  total  bigint not null,
  cost   bigint not null,
  at     timestamptz not null,
  primary key (tenant, key, total)
);
create index rate_hit_by_time on rate_hit (tenant, key, at, total);

create table attempt_counter (
  tenant  text not null,
  actor   text not null,
  run     text not null,
  action  text not null,
  used    bigint not null,
  last_at timestamptz not null,
  -- In whole days (UTC), so that counting seldom moves it in its index.
  last_on date not null generated always as ((last_at at time zone 'UTC')::date) stored,
  primary key (tenant, actor, run, action)
);
create index attempt_counter_last on attempt_counter (last_on);

create table breaker (
  tenant      text not null,
  dependency  text not null,
  state       text not null check (state in ('closed', 'open', 'half_open')),
  document    text not null,
  changed_at  timestamptz not null,
  primary key (tenant, dependency)
);

create table budget (
  tenant     text not null,
  key        text not null,
  name       text not null,
  unit       text not null check (unit in ('usd', 'tokens', 'units')),
  scope      text not null check (scope in ('tenant', 'actor', 'run', 'part')),
  period     text not null,
  label      text not null,
  used       bigint not null,
  reserved   bigint not null,
  changed_at timestamptz not null,
  primary key (tenant, key)
);
create table budget_entry (
  tenant      text not null,
  reservation text not null,
  key         text not null,
  -- Position among the accounts of its reservation, the innermost first.
  position    integer not null,
  amount      bigint not null,
  spent       bigint,
  state       text not null check (state in ('reserved', 'settled', 'released', 'reclaimed')),
  -- Whose it is when no invocation's: then a door settles it.
  actor       text,
  expires_at  timestamptz not null,
  created_at  timestamptz not null default ms_now(),
  closed_at   timestamptz,
  primary key (tenant, reservation, key)
);
create index budget_entry_overdue on budget_entry (expires_at) where state = 'reserved';

create table fact_session (
  tenant     text not null,
  actor      text not null,
  id         text not null,
  scope      text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  closed_at  timestamptz,
  primary key (tenant, actor, id, scope)
);
create table fact (
  tenant     text not null,
  actor      text not null,
  session    text not null,
  scope      text not null,
  kind       text not null,
  value_hash text not null,
  invocation text not null,
  proven_at  timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant, actor, session, scope, kind, value_hash)
);
create index fact_overdue on fact (expires_at);
create index fact_session_overdue on fact_session (expires_at) where closed_at is null;

-- The id `run` of a call names a run of its actor; two actors never share one.
create table run (
  tenant     text not null,
  actor      text not null,
  id         text not null,
  user_label text,
  parent     text,
  status     text not null check (status in ('open', 'success', 'blocked', 'failed')),
  started_at timestamptz not null,
  ended_at   timestamptz,
  primary key (tenant, actor, id)
);
create index run_newest on run (tenant, started_at desc, id desc);
