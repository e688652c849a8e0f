-- Answers kept for requests that are sent again. A local table on Citus.

create table idempotency_keys (
  actor text not null,
  key text not null,
  -- Method and URL of the first request.
  request text not null,
  -- SHA-256 of what the body says; null while a streamed one still comes.
  fingerprint text,
  -- Who runs the request, until when at the latest: a process that dies must not lock the key for ever.
  token uuid not null,
  lease_until timestamptz not null,
  -- The answer; null while the request runs.
  status integer,
  headers jsonb,
  body text,
  created_at timestamptz not null default now(),
  primary key (actor, key)
);
create index idempotency_keys_created_at on idempotency_keys (created_at);
