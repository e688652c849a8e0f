create table api_keys (
  id bigint generated always as identity not null,
  user_id bigint not null,
  name text not null,
  key_hash bytea not null,
  prefix text not null,
  last_four text not null,
  scopes text[] not null,
  local_folder text,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_keys_key_hash_key UNIQUE (key_hash),
  constraint api_keys_local_folder_key UNIQUE (local_folder),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint api_keys_key_hash_check CHECK ((length(key_hash) = 32)),
  constraint api_keys_scopes_check CHECK ((scopes <@ ARRAY['read'::text, 'edit'::text, 'import'::text, 'manage'::text]))
);

create table audit_log (
  id bigint generated always as identity not null,
  at timestamp with time zone default now() not null,
  action text not null,
  actor text not null,
  subject text,
  detail jsonb default '{}'::jsonb not null,
  address text,
  request_id text,
  constraint audit_log_pkey PRIMARY KEY (id)
);

create table changesets (
  id bigint generated always as identity not null,
  kind text not null,
  actor text not null,
  created integer default 0 not null,
  updated integer default 0 not null,
  deleted integer default 0 not null,
  started_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  id_base bigint,
  id_count bigint default 0 not null,
  undoes bigint,
  reason text,
  sku text,
  undone_in bigint,
  purged_at timestamp with time zone,
  is_purged boolean default false not null,
  constraint changesets_pkey PRIMARY KEY (id),
  constraint changesets_undoes_fkey FOREIGN KEY (undoes) REFERENCES changesets(id),
  constraint changesets_undone_in_fkey FOREIGN KEY (undone_in) REFERENCES changesets(id),
  constraint changesets_kind_check CHECK ((kind = ANY (ARRAY['import'::text, 'edit'::text, 'bulk'::text, 'delete_all'::text, 'undo'::text])))
);

create table column_choices (
  id bigint generated always as identity not null,
  name_key text not null,
  name text not null,
  target text not null,
  import_id bigint not null,
  chosen_at timestamp with time zone default now() not null,
  beats_exact_name boolean default false not null,
  constraint column_choices_name_key_key UNIQUE (name_key),
  constraint column_choices_pkey PRIMARY KEY (id),
  constraint column_choices_target_check CHECK ((target = ANY (ARRAY['sku'::text, 'name'::text, 'description'::text, 'active'::text, 'parent_sku'::text, 'attribute'::text])))
);

create table events (
  id bigint generated always as identity not null,
  "position" bigint,
  xid xid8 default pg_current_xact_id() not null,
  type text not null,
  changeset_id bigint,
  data jsonb not null,
  at timestamp with time zone default now() not null,
  fanned_out boolean default false not null,
  constraint events_position_key UNIQUE ("position"),
  constraint events_pkey PRIMARY KEY (id),
  constraint events_changeset_id_fkey FOREIGN KEY (changeset_id) REFERENCES changesets(id)
);

create table file_stores (
  id uuid not null,
  location text not null,
  opened_at timestamp with time zone default now() not null,
  constraint file_stores_pkey PRIMARY KEY (id)
);

create table idempotency_keys (
  actor text not null,
  key text not null,
  request text not null,
  fingerprint text,
  token uuid not null,
  lease_until timestamp with time zone not null,
  status integer,
  headers jsonb,
  body text,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_keys_pkey PRIMARY KEY (actor, key)
);

create table import_chunks (
  import_id bigint not null,
  chunk_no integer not null,
  byte_start bigint not null,
  byte_end bigint not null,
  first_row bigint not null,
  first_line bigint not null,
  records integer not null,
  skip bytea not null,
  done boolean default false not null,
  created integer default 0 not null,
  updated integer default 0 not null,
  unchanged integer default 0 not null,
  rejected integer default 0 not null,
  deleted integer default 0 not null,
  constraint import_chunks_pkey PRIMARY KEY (import_id, chunk_no),
  constraint import_chunks_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE
);

create table import_matches (
  import_id bigint not null,
  scan_token bigint not null,
  match_key text collate "C" not null,
  sku_key text collate "C" not null,
  sku text not null,
  constraint import_matches_pkey PRIMARY KEY (import_id, scan_token, match_key, sku_key)
);

create table import_rejects (
  import_id bigint not null,
  "row" bigint not null,
  line bigint not null,
  "column" text,
  value text,
  code text not null,
  message text not null,
  raw text not null,
  ignored boolean default false not null,
  product text,
  source text,
  constraint import_rejects_pkey PRIMARY KEY (import_id, "row"),
  constraint import_rejects_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE
);

create table imports (
  id bigint generated always as identity not null,
  state text default 'receiving'::text not null,
  actor text not null,
  filename text not null,
  file text not null,
  size bigint,
  received bigint default 0 not null,
  sha256 text,
  options json not null,
  dialect jsonb,
  columns jsonb default '[]'::jsonb not null,
  lines bigint,
  rows bigint,
  scanned bigint default 0 not null,
  created bigint default 0 not null,
  updated bigint default 0 not null,
  unchanged bigint default 0 not null,
  superseded bigint default 0 not null,
  rejected bigint default 0 not null,
  scan_rejected bigint default 0 not null,
  fraction double precision default 0 not null,
  changeset_id bigint,
  id_base bigint,
  catalogue_was_empty boolean default false not null,
  cancel_requested boolean default false not null,
  problem jsonb,
  created_at timestamp with time zone default now() not null,
  started_at timestamp with time zone,
  load_started_at timestamp with time zone,
  load_finished_at timestamp with time zone,
  finished_at timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  version bigint default 1 not null,
  upload_expires_at timestamp with time zone,
  scan_token bigint default 0 not null,
  text_size bigint,
  columns_count integer generated always as (jsonb_array_length(columns)) stored not null,
  wait_reason text,
  upload_client text,
  ignored bigint default 0 not null,
  notices jsonb default '[]'::jsonb not null,
  plan jsonb,
  profile json,
  answered boolean default false not null,
  deleted bigint default 0 not null,
  adds bigint default 0 not null,
  follows bigint,
  members jsonb,
  upload_user_id bigint,
  store_id uuid,
  file_missing_since timestamp with time zone,
  upload_writer integer default 0 not null,
  constraint imports_pkey PRIMARY KEY (id),
  constraint imports_changeset_id_fkey FOREIGN KEY (changeset_id) REFERENCES changesets(id),
  constraint imports_follows_fkey FOREIGN KEY (follows) REFERENCES imports(id),
  constraint imports_check CHECK (((state <> 'done'::text) OR (rows = (((((((created + updated) + unchanged) + deleted) + adds) + superseded) + rejected) + ignored)))),
  constraint imports_state_check CHECK ((state = ANY (ARRAY['receiving'::text, 'paused'::text, 'scanning'::text, 'held'::text, 'ready'::text, 'loading'::text, 'finishing'::text, 'done'::text, 'cancelled'::text, 'failed'::text]))),
  constraint imports_wait_reason_check CHECK ((wait_reason = ANY (ARRAY['disk-full'::text, 'file-missing'::text])))
);

create table one_time_links (
  id bigint generated always as identity not null,
  kind text not null,
  user_id bigint not null,
  token_hash bytea not null,
  removes_second_factor boolean default false not null,
  created_by text not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint one_time_links_token_hash_key UNIQUE (token_hash),
  constraint one_time_links_pkey PRIMARY KEY (id),
  constraint one_time_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint one_time_links_kind_check CHECK ((kind = ANY (ARRAY['first'::text, 'invitation'::text, 'reset'::text]))),
  constraint one_time_links_token_hash_check CHECK ((length(token_hash) = 32))
);

create table operation_chunks (
  operation_id bigint not null,
  chunk_no integer not null,
  source text not null,
  keys text[] collate "C" not null,
  ids bigint[],
  versions integer[],
  done boolean default false not null,
  created integer default 0 not null,
  updated integer default 0 not null,
  deleted integer default 0 not null,
  unchanged integer default 0 not null,
  missing integer default 0 not null,
  kept integer default 0 not null,
  more integer default 0 not null,
  tids tid[],
  constraint operation_chunks_pkey PRIMARY KEY (operation_id, chunk_no),
  constraint operation_chunks_source_check CHECK ((source = ANY (ARRAY['products'::text, 'versions'::text, 'created'::text])))
);

create table operation_conflicts (
  operation_id bigint not null,
  sku_key text collate "C" not null,
  id bigint not null,
  sku text not null,
  conflict text not null,
  changed_in bigint not null,
  changed_at timestamp with time zone not null,
  overwritten boolean not null,
  constraint operation_conflicts_pkey PRIMARY KEY (operation_id, sku_key, id),
  constraint operation_conflicts_changed_in_fkey FOREIGN KEY (changed_in) REFERENCES changesets(id),
  constraint operation_conflicts_operation_id_fkey FOREIGN KEY (operation_id) REFERENCES operations(id) ON DELETE CASCADE,
  constraint operation_conflicts_conflict_check CHECK ((conflict = ANY (ARRAY['changed'::text, 'deleted'::text, 'renamed'::text, 'sku_taken'::text])))
);

create table operations (
  id bigint generated always as identity not null,
  kind text not null,
  state text default 'selecting'::text not null,
  actor text not null,
  options jsonb not null,
  changeset_id bigint not null,
  total bigint,
  gone bigint default 0 not null,
  created bigint default 0 not null,
  updated bigint default 0 not null,
  deleted bigint default 0 not null,
  unchanged bigint default 0 not null,
  missing bigint default 0 not null,
  kept bigint default 0 not null,
  fraction double precision default 0 not null,
  cancel_requested boolean default false not null,
  problem jsonb,
  created_at timestamp with time zone default now() not null,
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  updated_at timestamp with time zone default now() not null,
  version bigint default 1 not null,
  listed_options jsonb generated always as (((options -
CASE
    WHEN (octet_length(((options -> 'set'::text))::text) > 1024) THEN 'set'::text
    ELSE ''::text
END) -
CASE
    WHEN (octet_length(((options -> 'filter'::text))::text) > 1024) THEN 'filter'::text
    ELSE ''::text
END)) stored not null,
  options_shortened boolean generated always as ((COALESCE((octet_length(((options -> 'set'::text))::text) > 1024), false) OR COALESCE((octet_length(((options -> 'filter'::text))::text) > 1024), false))) stored not null,
  constraint operations_pkey PRIMARY KEY (id),
  constraint operations_changeset_id_fkey FOREIGN KEY (changeset_id) REFERENCES changesets(id),
  constraint operations_check CHECK (((state <> 'done'::text) OR (total = (((((created + updated) + deleted) + unchanged) + missing) + kept)))),
  constraint operations_kind_check CHECK ((kind = ANY (ARRAY['bulk'::text, 'delete_all'::text, 'undo'::text]))),
  constraint operations_state_check CHECK ((state = ANY (ARRAY['selecting'::text, 'running'::text, 'done'::text, 'cancelled'::text, 'failed'::text])))
);

create table product_history (
  sku_key text collate "C" not null,
  id bigint not null,
  version integer not null,
  sku text not null,
  name text not null,
  description text not null,
  active boolean not null,
  attributes jsonb not null,
  created_in bigint not null,
  changed_in bigint not null,
  source_line bigint,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  replaced_in bigint not null,
  replaced_at timestamp with time zone not null,
  deleted boolean default false not null,
  was_deleted boolean default false not null,
  renamed_to text collate "C",
  parent_sku text default ''::text not null,
  constraint product_history_pkey PRIMARY KEY (sku_key, id, version)
);

create table product_ids (
  singleton boolean default true not null,
  next bigint default 1 not null,
  constraint product_ids_pkey PRIMARY KEY (singleton),
  constraint product_ids_singleton_check CHECK (singleton)
);

create table product_search (
  sku_key text collate "C" not null,
  id bigint not null,
  version integer not null,
  name_key text collate "C" not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  terms integer[] not null,
  constraint product_search_pkey PRIMARY KEY (sku_key)
);

create unlogged table product_staging (
  sku_key text collate "C" not null,
  changeset_id bigint not null,
  part integer not null,
  version integer not null,
  source_line bigint,
  sku text,
  name text,
  description text,
  active boolean,
  attributes jsonb,
  tid tid,
  parent_sku text
);

create table products (
  sku_key text collate "C" not null,
  id bigint not null,
  sku text not null,
  name text default ''::text not null,
  description text default ''::text not null,
  active boolean default true not null,
  attributes jsonb default '{}'::jsonb not null,
  version integer default 1 not null,
  created_in bigint not null,
  changed_in bigint not null,
  source_line bigint,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  parent_sku text default ''::text not null,
  constraint products_pkey PRIMARY KEY (sku_key)
);

create table profile_uses (
  name_key text not null,
  used_at timestamp with time zone default now() not null,
  import_id bigint not null,
  columns json not null,
  constraint profile_uses_pkey PRIMARY KEY (name_key)
);

create table profile_versions (
  profile_id bigint not null,
  version integer not null,
  definition json not null,
  actor text not null,
  created_at timestamp with time zone default now() not null,
  constraint profile_versions_pkey PRIMARY KEY (profile_id, version),
  constraint profile_versions_profile_id_fkey FOREIGN KEY (profile_id) REFERENCES profiles(id) ON DELETE CASCADE
);

create table profiles (
  id bigint generated always as identity not null,
  name_key text not null,
  name text not null,
  version integer default 1 not null,
  tests_count integer default 0 not null,
  tests_failed integer,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint profiles_name_key_key UNIQUE (name_key),
  constraint profiles_pkey PRIMARY KEY (id)
);

create table search_backlog (
  id bigint generated always as identity not null,
  changeset_id bigint not null,
  id_from bigint,
  id_to bigint,
  keys text[] collate "C",
  rows integer not null,
  at timestamp with time zone default now() not null,
  delta integer default 0 not null,
  constraint search_backlog_pkey PRIMARY KEY (id),
  constraint search_backlog_changeset_id_fkey FOREIGN KEY (changeset_id) REFERENCES changesets(id)
);

create table search_state (
  singleton boolean default true not null,
  products bigint default 0 not null,
  is_settled boolean default true not null,
  folded_until text collate "C",
  constraint search_state_pkey PRIMARY KEY (singleton),
  constraint search_state_singleton_check CHECK (singleton)
);

create table search_words (
  word text collate "C" not null,
  grams integer[] not null,
  products integer not null,
  constraint search_words_pkey PRIMARY KEY (word)
);

create table secrets_check (
  is_only boolean default true not null,
  sealed text not null,
  constraint secrets_check_pkey PRIMARY KEY (is_only),
  constraint secrets_check_is_only_check CHECK (is_only)
);

create table sessions (
  id bigint generated always as identity not null,
  user_id bigint not null,
  token_hash bytea not null,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  signed_in_at timestamp with time zone default now() not null,
  address text not null,
  agent text not null,
  constraint sessions_token_hash_key UNIQUE (token_hash),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint sessions_token_hash_check CHECK ((length(token_hash) = 32))
);

create table sign_in_failures (
  id bigint generated always as identity not null,
  subject text not null,
  at timestamp with time zone default now() not null,
  constraint sign_in_failures_pkey PRIMARY KEY (id)
);

create table single_sign_ons (
  state_hash bytea not null,
  verifier bytea not null,
  nonce text not null,
  next_path text not null,
  expires_at timestamp with time zone not null,
  constraint single_sign_ons_pkey PRIMARY KEY (state_hash),
  constraint single_sign_ons_state_hash_check CHECK ((length(state_hash) = 32))
);

create table users (
  id bigint generated always as identity not null,
  name text not null,
  name_key text not null,
  role text not null,
  password_hash text,
  totp_secret bytea,
  totp_new_secret bytea,
  totp_step bigint,
  recovery_hashes bytea[] default '{}'::bytea[] not null,
  issuer text,
  subject text,
  created_at timestamp with time zone default now() not null,
  last_sign_in_at timestamp with time zone,
  disabled_at timestamp with time zone,
  constraint users_issuer_subject_key UNIQUE (issuer, subject),
  constraint users_name_key_key UNIQUE (name_key),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_check CHECK (((issuer IS NULL) = (subject IS NULL))),
  constraint users_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'editor'::text, 'importer'::text, 'admin'::text])))
);

create table webhook_attempts (
  id bigint generated always as identity not null,
  delivery_id bigint not null,
  webhook_id bigint not null,
  started_at timestamp with time zone not null,
  duration_ms real not null,
  succeeded boolean not null,
  status integer,
  error text,
  message text,
  url text not null,
  request_headers jsonb not null,
  response_headers jsonb,
  response_body text,
  response_truncated boolean default false not null,
  constraint webhook_attempts_pkey PRIMARY KEY (id)
);

create table webhook_batches (
  event_id bigint not null,
  changeset_id bigint not null,
  happened_at timestamp with time zone not null,
  batch integer default 0 not null,
  after_key text collate "C" default ''::text not null,
  done boolean default false not null,
  constraint webhook_batches_pkey PRIMARY KEY (event_id)
);

create table webhook_deliveries (
  id bigint generated always as identity not null,
  webhook_id bigint not null,
  event_id bigint,
  type text not null,
  happened_at timestamp with time zone not null,
  test_data jsonb,
  state text default 'waiting'::text not null,
  priority smallint default 0 not null,
  due_at timestamp with time zone not null,
  claimed_by integer,
  lease_until timestamp with time zone,
  attempts integer default 0 not null,
  step integer default 0 not null,
  last_status integer,
  last_error text,
  created_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  constraint webhook_deliveries_webhook_id_event_id_key UNIQUE (webhook_id, event_id),
  constraint webhook_deliveries_pkey PRIMARY KEY (id),
  constraint webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])))
) with (fillfactor=80);

create table webhook_replays (
  id bigint generated always as identity not null,
  webhook_id bigint not null,
  scope text not null,
  since timestamp with time zone not null,
  until timestamp with time zone not null,
  state text default 'preparing'::text not null,
  total bigint,
  queued bigint default 0 not null,
  last_id bigint default 0 not null,
  max_id bigint,
  created_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  constraint webhook_replays_pkey PRIMARY KEY (id),
  constraint webhook_replays_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks(id) ON DELETE CASCADE,
  constraint webhook_replays_scope_check CHECK ((scope = ANY (ARRAY['failed'::text, 'missing'::text]))),
  constraint webhook_replays_state_check CHECK ((state = ANY (ARRAY['preparing'::text, 'running'::text, 'done'::text, 'cancelled'::text])))
);

create table webhook_secrets (
  id bigint generated always as identity not null,
  webhook_id bigint not null,
  sealed text not null,
  created_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone,
  constraint webhook_secrets_pkey PRIMARY KEY (id),
  constraint webhook_secrets_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks(id) ON DELETE CASCADE
);

create table webhook_source (
  singleton boolean default true not null,
  prefix text not null,
  constraint webhook_source_pkey PRIMARY KEY (singleton),
  constraint webhook_source_singleton_check CHECK (singleton)
);

create table webhooks (
  id bigint generated always as identity not null,
  url text not null,
  description text default ''::text not null,
  types text[],
  volume text default 'summary'::text not null,
  enabled boolean default true not null,
  header_names text[] default '{}'::text[] not null,
  headers_sealed text,
  max_parallel integer default 8 not null,
  max_per_second integer,
  disabled_reason text,
  disabled_at timestamp with time zone,
  failing_since timestamp with time zone,
  consecutive_failures integer default 0 not null,
  trips integer default 0 not null,
  paused_until timestamp with time zone,
  last_success_at timestamp with time zone,
  last_failure_at timestamp with time zone,
  last_message text,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  version integer default 1 not null,
  deleted_at timestamp with time zone,
  last_error text,
  last_status integer,
  constraint webhooks_pkey PRIMARY KEY (id),
  constraint webhooks_disabled_reason_check CHECK ((disabled_reason = ANY (ARRAY['manual'::text, 'gone'::text, 'failing'::text]))),
  constraint webhooks_volume_check CHECK ((volume = ANY (ARRAY['none'::text, 'summary'::text, 'products'::text])))
);

create table work_attempts (
  kind text not null,
  work_id bigint not null,
  part integer not null,
  worker uuid not null,
  constraint work_attempts_pkey PRIMARY KEY (kind, work_id, part, worker),
  constraint work_attempts_kind_check CHECK ((kind = ANY (ARRAY['import'::text, 'operation'::text])))
);

CREATE INDEX api_keys_user_idx ON public.api_keys USING btree (user_id);

CREATE INDEX audit_log_actor_idx ON public.audit_log USING btree (actor, id);

CREATE INDEX audit_log_at_idx ON public.audit_log USING btree (at);

CREATE INDEX changesets_actor ON public.changesets USING btree (actor, id);

CREATE INDEX changesets_being_purged ON public.changesets USING btree (id) WHERE ((purged_at IS NOT NULL) AND (NOT is_purged));

CREATE INDEX changesets_kind ON public.changesets USING btree (kind, id);

CREATE INDEX changesets_not_purged ON public.changesets USING btree (finished_at) WHERE (purged_at IS NULL);

CREATE INDEX changesets_started_at ON public.changesets USING btree (started_at);

CREATE INDEX changesets_undoes ON public.changesets USING btree (undoes) WHERE (undoes IS NOT NULL);

CREATE INDEX events_at ON public.events USING btree (at);

CREATE INDEX events_changeset ON public.events USING btree (changeset_id) WHERE (changeset_id IS NOT NULL);

CREATE INDEX events_unplaced ON public.events USING btree (id) WHERE ("position" IS NULL);

CREATE INDEX events_waiting ON public.events USING btree (id) WHERE (NOT fanned_out);

CREATE INDEX idempotency_keys_created_at ON public.idempotency_keys USING btree (created_at);

CREATE INDEX imports_changeset ON public.imports USING btree (changeset_id) WHERE (changeset_id IS NOT NULL);

CREATE UNIQUE INDEX imports_follows ON public.imports USING btree (follows) WHERE (follows IS NOT NULL);

CREATE UNIQUE INDEX imports_resumable ON public.imports USING btree (file) WHERE (upload_expires_at IS NOT NULL);

CREATE INDEX imports_unfinished ON public.imports USING btree (id) WHERE (state <> ALL (ARRAY['done'::text, 'cancelled'::text, 'failed'::text]));

CREATE INDEX imports_upload_client ON public.imports USING btree (upload_client) WHERE ((upload_expires_at IS NOT NULL) AND (state = ANY (ARRAY['receiving'::text, 'paused'::text])));

CREATE INDEX one_time_links_user_idx ON public.one_time_links USING btree (user_id);

CREATE UNIQUE INDEX operations_changeset ON public.operations USING btree (changeset_id);

CREATE INDEX operations_unfinished ON public.operations USING btree (id) WHERE (state <> ALL (ARRAY['done'::text, 'cancelled'::text, 'failed'::text]));

CREATE INDEX product_history_deleted ON public.product_history USING btree (id) WHERE deleted;

CREATE INDEX product_history_renamed_to ON public.product_history USING btree (renamed_to) WHERE (renamed_to IS NOT NULL);

CREATE INDEX product_history_replaced_in ON public.product_history USING brin (replaced_in, replaced_at) WITH (autosummarize='on');

CREATE INDEX product_search_created ON public.product_search USING btree (created_at, sku_key);

CREATE INDEX product_search_created_sample ON public.product_search USING btree (created_at, sku_key) WHERE ((id % (256)::bigint) = 0);

CREATE INDEX product_search_name ON public.product_search USING btree (name_key, sku_key);

CREATE INDEX product_search_name_sample ON public.product_search USING btree (name_key, sku_key) WHERE ((id % (256)::bigint) = 0);

CREATE INDEX product_search_sku_sample ON public.product_search USING btree (sku_key) WHERE ((id % (256)::bigint) = 0);

CREATE INDEX product_search_terms ON public.product_search USING gin (terms);

CREATE INDEX product_search_updated ON public.product_search USING btree (updated_at, sku_key);

CREATE INDEX product_search_updated_sample ON public.product_search USING btree (updated_at, sku_key) WHERE ((id % (256)::bigint) = 0);

CREATE INDEX product_staging_part ON public.product_staging USING btree (changeset_id, part);

CREATE INDEX products_id ON public.products USING btree (id);

CREATE INDEX products_parent_idx ON public.products USING btree (lower((parent_sku COLLATE "C"))) WHERE (parent_sku <> ''::text);

CREATE INDEX search_words_grams ON public.search_words USING gin (grams);

CREATE INDEX sessions_user_idx ON public.sessions USING btree (user_id);

CREATE INDEX sign_in_failures_at_idx ON public.sign_in_failures USING btree (at);

CREATE INDEX sign_in_failures_subject_idx ON public.sign_in_failures USING btree (subject, at);

CREATE INDEX webhook_attempts_delivery ON public.webhook_attempts USING btree (delivery_id);

CREATE INDEX webhook_attempts_health ON public.webhook_attempts USING btree (webhook_id, started_at);

CREATE INDEX webhook_batches_waiting ON public.webhook_batches USING btree (event_id) WHERE (NOT done);

CREATE INDEX webhook_deliveries_claimed ON public.webhook_deliveries USING btree (claimed_by) WHERE (claimed_by IS NOT NULL);

CREATE INDEX webhook_deliveries_due ON public.webhook_deliveries USING btree (webhook_id, priority, due_at) WHERE (state = 'waiting'::text);

CREATE INDEX webhook_deliveries_event ON public.webhook_deliveries USING btree (event_id);

CREATE INDEX webhook_deliveries_failed ON public.webhook_deliveries USING btree (webhook_id, id) WHERE (state = 'failed'::text);

CREATE INDEX webhook_deliveries_log ON public.webhook_deliveries USING btree (webhook_id, id);

CREATE INDEX webhook_replays_waiting ON public.webhook_replays USING btree (id) WHERE (state = ANY (ARRAY['preparing'::text, 'running'::text]));

CREATE INDEX webhook_replays_webhook ON public.webhook_replays USING btree (webhook_id, id);

CREATE INDEX webhook_secrets_webhook ON public.webhook_secrets USING btree (webhook_id);
