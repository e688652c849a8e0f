-- Users, their sessions and API keys, one-time links, failed sign-ins, and the audit log. On Citus these are local tables.
-- Of every session, key and link, only the SHA-256 hash of 32 random bytes is stored: a dump of the database contains nothing that
-- signs in.

create table users (
  id bigint generated always as identity primary key,
  name text not null,
  -- The name in lower case, computed by the application, so that names differ in more than case.
  name_key text not null unique,
  role text not null check (role in ('viewer', 'editor', 'importer', 'admin')),
  -- argon2id, in the PHC string format; null = the user has no password.
  password_hash text,
  -- Encrypted with the keys that also encrypt the secrets of webhooks; null = no authenticator app.
  totp_secret bytea,
  -- A secret that no code has confirmed yet.
  totp_new_secret bytea,
  -- The last time step whose code was accepted: a code is accepted once.
  totp_step bigint,
  -- SHA-256 hashes of unused recovery codes.
  recovery_hashes bytea[] not null default '{}',
  -- Who the user is at the identity provider: `iss` and `sub` of the ID token.
  issuer text,
  subject text,
  created_at timestamptz not null default now(),
  last_sign_in_at timestamptz,
  disabled_at timestamptz,
  unique (issuer, subject),
  check ((issuer is null) = (subject is null))
);

create table sessions (
  id bigint generated always as identity primary key,
  user_id bigint not null references users,
  token_hash bytea not null unique check (length(token_hash) = 32),
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  -- The end of the session, even if it is used.
  expires_at timestamptz not null,
  -- The last sign-in or confirmation, which reveals and rotations of secrets require.
  signed_in_at timestamptz not null default now(),
  address text not null,
  agent text not null
);
create index sessions_user_idx on sessions (user_id);

create table api_keys (
  id bigint generated always as identity primary key,
  user_id bigint not null references users,
  name text not null,
  key_hash bytea not null unique check (length(key_hash) = 32),
  prefix text not null,
  last_four text not null,
  scopes text[] not null check (scopes <@ array['read', 'edit', 'import', 'manage']),
  -- The key in a data folder's file local.key: of this folder. null = a key that a user created.
  local_folder text unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_user_idx on api_keys (user_id);

create table one_time_links (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('first', 'invitation', 'reset')),
  user_id bigint not null references users,
  token_hash bytea not null unique check (length(token_hash) = 32),
  removes_second_factor boolean not null default false,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index one_time_links_user_idx on one_time_links (user_id);

-- Failed attempts to sign in, counted over 15 minutes across all server processes.
create table sign_in_failures (
  id bigint generated always as identity primary key,
  -- 'account:' and the name's key, or 'address:' and the IPv4 address or IPv6 /64 network.
  subject text not null,
  at timestamptz not null default now()
);
create index sign_in_failures_subject_idx on sign_in_failures (subject, at);
create index sign_in_failures_at_idx on sign_in_failures (at);

-- Rows are only inserted, and deleted when their retention ends.
create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  action text not null,
  actor text not null,
  subject text,
  detail jsonb not null default '{}',
  address text,
  request_id text
);
create index audit_log_at_idx on audit_log (at);
create index audit_log_actor_idx on audit_log (actor, id);

-- The state of a sign-in at the identity provider, from the redirect until the browser comes back.
create table single_sign_ons (
  -- SHA-256 hash of the value in the browser's cookie.
  state_hash bytea primary key check (length(state_hash) = 32),
  -- Encrypted, because it proves the start of the sign-in to the provider.
  verifier bytea not null,
  nonce text not null,
  next_path text not null,
  expires_at timestamptz not null
);
