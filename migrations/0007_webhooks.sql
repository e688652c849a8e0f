-- Webhooks: who is told, what is to be sent, and what was. All tables stay local on Citus: SKIP LOCKED works there.

-- Whether the deliveries of an event have been made. Not a cursor: a long transaction would hold up all that come after it.
alter table events add fanned_out boolean not null default false;
create index events_waiting on events (id) where not fanned_out;

create table webhooks (
  id bigint generated always as identity primary key,
  url text not null,
  description text not null default '',
  -- null = all
  types text[],
  volume text not null default 'summary' check (volume in ('none', 'summary', 'products')),
  enabled boolean not null default true,
  header_names text[] not null default '{}',
  -- A JSON object of header values, encrypted.
  headers_sealed text,
  max_parallel integer not null default 8,
  max_per_second integer,
  disabled_reason text check (disabled_reason in ('manual', 'gone', 'failing')),
  disabled_at timestamptz,
  failing_since timestamptz,
  consecutive_failures integer not null default 0,
  -- How often the breaker has opened since the last success: each pause is longer than the one before.
  trips integer not null default 0,
  paused_until timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Grows with what people change, not with what happens.
  version integer not null default 1,
  -- Gone for everybody; its log is purged in portions.
  deleted_at timestamptz
);

create table webhook_secrets (
  id bigint generated always as identity primary key,
  webhook_id bigint not null references webhooks (id) on delete cascade,
  sealed text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);
create index webhook_secrets_webhook on webhook_secrets (webhook_id);

-- One event for one webhook: queue and log in one. No foreign keys from here on: these rows come in thousands, and the purge
-- knows their order.
create table webhook_deliveries (
  id bigint generated always as identity primary key,
  webhook_id bigint not null,
  -- null = a test, which has its own data
  event_id bigint,
  type text not null,
  happened_at timestamptz not null,
  test_data jsonb,
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
  -- 1 = may wait for others: batches of products, and replays
  priority smallint not null default 0,
  due_at timestamptz not null,
  -- The worker that sends it; it holds the advisory lock of this number for as long as it lives.
  claimed_by integer,
  -- The backstop, should a worker live on without sending.
  lease_until timestamptz,
  attempts integer not null default 0,
  -- Attempts since the schedule began: a retry by hand begins it anew.
  step integer not null default 0,
  last_status integer,
  last_error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (webhook_id, event_id)
) with (fillfactor = 80);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, priority, due_at) where state = 'waiting';
create index webhook_deliveries_log on webhook_deliveries (webhook_id, id);
create index webhook_deliveries_failed on webhook_deliveries (webhook_id, id) where state = 'failed';
create index webhook_deliveries_claimed on webhook_deliveries (claimed_by) where claimed_by is not null;
create index webhook_deliveries_event on webhook_deliveries (event_id);

create sequence webhook_workers as integer cycle;

create table webhook_attempts (
  id bigint generated always as identity primary key,
  delivery_id bigint not null,
  webhook_id bigint not null,
  started_at timestamptz not null,
  duration_ms real not null,
  succeeded boolean not null,
  status integer,
  error text,
  message text,
  url text not null,
  request_headers jsonb not null,
  response_headers jsonb,
  response_body text,
  response_truncated boolean not null default false
);
create index webhook_attempts_delivery on webhook_attempts (delivery_id);
create index webhook_attempts_health on webhook_attempts (webhook_id, started_at);

-- Imports and other changes of many products that are being cut into batches, and how far.
create table webhook_batches (
  event_id bigint primary key,
  changeset_id bigint not null,
  happened_at timestamptz not null,
  batch integer not null default 0,
  after_key text collate "C" not null default '',
  done boolean not null default false
);
create index webhook_batches_waiting on webhook_batches (event_id) where not done;

create table webhook_replays (
  id bigint generated always as identity primary key,
  webhook_id bigint not null references webhooks (id) on delete cascade,
  what text not null check (what in ('failed', 'missing')),
  since timestamptz not null,
  until timestamptz not null,
  state text not null default 'preparing' check (state in ('preparing', 'running', 'done', 'cancelled')),
  total bigint,
  queued bigint not null default 0,
  -- Of the deliveries (failed) or events (missing): the last that was queued, and the last there is.
  last_id bigint not null default 0,
  max_id bigint,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index webhook_replays_webhook on webhook_replays (webhook_id, id);
create index webhook_replays_waiting on webhook_replays (id) where state in ('preparing', 'running');

-- What tells the ids of this installation's events from those of any other, at a receiver of both.
create table webhook_source (
  singleton boolean primary key default true check (singleton),
  prefix text not null
);
insert into webhook_source (prefix) values ('evt_' || substr(md5(random()::text || clock_timestamp()::text), 1, 8));
