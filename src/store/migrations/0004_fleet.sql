-- What several processes on several machines need to know of each other, who hears of events, and what is no more kept.

-- W3C trace context of the request that made the call, so that spans of a later day belong to its trace.
alter table invocation add column trace_parent text;
-- The executed invocation that this call undoes.
alter table invocation add column compensates text;
-- When a reconciler last looked whether the run of an open call is there.
alter table invocation add column run_checked_at timestamptz;
-- When its content was erased; hashes, status, names and times stay.
alter table invocation add column erased_at timestamptz;
create index invocation_unchecked on invocation (run_checked_at nulls first, created_at) where status in ('accepted', 'executing');
create index invocation_unchecked_pending on invocation (run_checked_at nulls first, created_at) where status = 'pending';
create index invocation_closed on invocation (tenant, closed_at, id) where erased_at is null and closed_at is not null;
create unique index invocation_compensation on invocation (tenant, compensates) where compensates is not null and status not in ('denied', 'rejected', 'expired', 'failed', 'canceled');
create index invocation_compensations on invocation (tenant, compensates, created_at) where compensates is not null;
create index invocation_retries on invocation (tenant, retry_of) where retry_of is not null;

-- The attempt's function was heard to end: then it takes no effect any more.
alter table execution add column is_over boolean not null default false;

-- The `data` of an event whose content was erased is `{}`; its hashes stay, so that the chain can still be followed.
alter table audit_event add column erased_at timestamptz;

-- Workers that are running, or were; for every tenant.
create table worker (
  tenant     text not null default '*',
  identity   text not null,
  task_queue text not null,
  build_id   text,
  -- The version that it has of each action, by name: a JSON object.
  versions   text not null default '{}',
  started_at timestamptz not null default ms_now(),
  seen_at    timestamptz not null default ms_now(),
  stopped_at timestamptz,
  primary key (tenant, identity)
);
create index worker_of_queue on worker (task_queue, seen_at desc);

-- Who is told of events. The record itself is the queue: `cursor_seq` is the last event that was looked at for this webhook.
create table webhook (
  tenant         text not null,
  id             text not null,
  url            text not null,
  -- Types of events; none means all.
  types          text[] not null default '{}',
  description    text,
  -- The secret is derived from it and the signing key, so that a copy of the database signs nothing.
  nonce          text not null,
  previous_nonce text,
  previous_until timestamptz,
  cursor_seq     bigint not null,
  created_at     timestamptz not null default ms_now(),
  created_by     text not null,
  disabled_at    timestamptz,
  primary key (tenant, id)
);

create table delivery (
  tenant       text not null,
  webhook      text not null,
  seq          bigint not null,
  type         text not null,
  state        text not null check (state in ('due', 'delivered', 'dead')),
  attempts     integer not null default 0,
  due_at       timestamptz not null default ms_now(),
  leased_until timestamptz,
  last_status  integer,
  last_error   text,
  created_at   timestamptz not null default ms_now(),
  finished_at  timestamptz,
  primary key (tenant, webhook, seq),
  foreign key (tenant, webhook) references webhook (tenant, id) on delete cascade
);
create index delivery_due on delivery (tenant, webhook, due_at) where state = 'due';
create index delivery_finished on delivery (finished_at) where state <> 'due';
create index delivery_dead on delivery (tenant, webhook) where state = 'dead';
