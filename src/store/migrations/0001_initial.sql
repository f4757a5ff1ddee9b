-- Content, idempotency and evidence. Every row has its tenant and every key begins with it.
-- Text columns named like documents (input, output, verdict, terms, data …) hold canonical JSON: what is hashed is what is stored.
-- Times are kept to the millisecond, as the wire shows them.

create function ms_now() returns timestamptz language sql volatile
  as $$ select date_trunc('milliseconds', clock_timestamp()) $$;

create table principal (
  tenant      text not null,
  subject     text not null,
  kind        text not null check (kind in ('user', 'agent', 'service')),
  roles       text[] not null default '{}',
  groups      text[] not null default '{}',
  scopes      text[] not null default '{}',
  created_at  timestamptz not null default ms_now(),
  primary key (tenant, subject)
);

create table api_key (
  tenant      text not null,
  id          text not null,
  prefix      text not null unique,
  hash        text not null,
  subject     text not null,
  permissions text[] not null,
  created_at  timestamptz not null default ms_now(),
  created_by  text not null,
  expires_at  timestamptz,
  revoked_at  timestamptz,
  primary key (tenant, id),
  foreign key (tenant, subject) references principal (tenant, subject)
);

-- Actions are published by workers for every tenant ('*'); the newest publication of a name is the one that calls are checked against.
create table action_manifest (
  tenant       text not null default '*',
  name         text not null,
  version      text not null,
  document     text not null,
  published_at timestamptz not null default ms_now(),
  primary key (tenant, name, version)
);

create table policy_version (
  tenant       text not null,
  seq          integer not null,
  digest       text not null,
  source       text not null check (source in ('file', 'api')),
  document     text not null,
  published_at timestamptz not null default ms_now(),
  published_by text,
  primary key (tenant, seq)
);

create table invocation (
  tenant           text not null,
  id               text not null,
  action           text not null,
  action_version   text not null,
  task_queue       text not null,
  actor            text not null,
  actor_principal  text not null,
  via              text,
  run              text,
  session          text,
  reason           text,
  status           text not null check (status in ('accepted', 'pending', 'executing', 'executed', 'failed', 'uncertain', 'denied', 'rejected', 'expired', 'canceled')),
  idempotency_key  text,
  request_hash     text not null,
  round            integer not null default 1,
  digest           text not null,
  input_view       text not null,
  verdict          text,
  output           text,
  output_view      text,
  error            text,
  attempts         integer not null default 0,
  retry_of         text,
  temporal_run_id  text,
  cancel_at        timestamptz,
  cancel_by        text,
  cancel_reason    text,
  leased_until     timestamptz,
  created_at       timestamptz not null default ms_now(),
  decided_at       timestamptz,
  executed_at      timestamptz,
  closed_at        timestamptz,
  primary key (tenant, id)
);
create index invocation_newest on invocation (tenant, created_at desc, id desc);
create index invocation_by_run on invocation (tenant, run, created_at desc) where run is not null;
create index invocation_by_key on invocation (tenant, idempotency_key) where idempotency_key is not null;
create index invocation_accepted on invocation (created_at) where status = 'accepted';
create index invocation_open on invocation (tenant, status, created_at desc) where status in ('accepted', 'pending', 'executing', 'uncertain');

create table input_revision (
  tenant     text not null,
  invocation text not null,
  round      integer not null,
  input      text not null,
  salt       text not null,
  digest     text not null,
  author     text not null,
  created_at timestamptz not null default ms_now(),
  primary key (tenant, invocation, round)
);

create table idempotency_key (
  tenant     text not null,
  actor      text not null,
  action     text not null,
  key        text not null,
  invocation text not null,
  primary key (tenant, actor, action, key)
);

create table approval (
  tenant      text not null,
  invocation  text not null,
  round       integer not null,
  status      text not null check (status in ('pending', 'approved', 'rejected', 'expired', 'canceled')),
  action      text not null,
  requesters  text[] not null,
  approvers   text[] not null,
  terms       text not null,
  digest      text not null,
  opened_at   timestamptz not null,
  decide_by   timestamptz not null,
  execute_by  timestamptz,
  resolution  text,
  resolved_at timestamptz,
  consumed_at timestamptz,
  primary key (tenant, invocation, round)
);
create index approval_newest on approval (tenant, opened_at desc, invocation desc);
create index approval_pending on approval (tenant, opened_at desc) where status = 'pending';

create table vote (
  tenant          text not null,
  id              text not null,
  invocation      text not null,
  round           integer not null,
  digest          text not null,
  voter           text not null,
  decision        text not null check (decision in ('approve', 'reject')),
  reason          text,
  idempotency_key text,
  made_at         timestamptz not null,
  mac             text not null,
  state           text not null check (state in ('received', 'counted', 'refused')),
  code            text,
  judged_at       timestamptz,
  leased_until    timestamptz,
  primary key (tenant, id)
);
create index vote_of_invocation on vote (tenant, invocation, round, made_at);
create index vote_received on vote (made_at) where state = 'received';

-- The ledger: one row per attempt that may have taken effect.
create table execution (
  tenant      text not null,
  invocation  text not null,
  attempt     integer not null,
  round       integer not null,
  token       text not null,
  mode        text not null,
  digest      text not null,
  state       text not null check (state in ('started', 'executed', 'failed', 'uncertain', 'erred')),
  error       text,
  worker      text not null,
  started_at  timestamptz not null default ms_now(),
  finished_at timestamptz,
  primary key (tenant, invocation, attempt)
);

create table audit_head (
  tenant text primary key,
  seq    bigint not null,
  hash   text not null
);

create table audit_event (
  tenant          text not null,
  seq             bigint not null,
  type            text not null,
  at              timestamptz not null,
  principal       text,
  actor           text,
  invocation      text,
  action          text,
  idempotency_key text,
  data            text not null,
  prev_hash       text not null,
  hash            text not null,
  primary key (tenant, seq)
);
create index audit_of_invocation on audit_event (tenant, invocation, seq) where invocation is not null;
create index audit_by_type on audit_event (tenant, type, seq);
