-- Operations: changes of many products at once (bulk, delete all, undo) that run as jobs. One row is the whole record of an
-- operation; its chunks exist while it runs.

create table operations (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('bulk', 'delete_all', 'undo')),
  state text not null default 'selecting' check (state in ('selecting', 'running', 'done', 'cancelled', 'failed')),
  actor text not null,
  options jsonb not null,
  changeset_id bigint not null references changesets (id),
  -- Products that were selected, and more of them that the work came upon.
  total bigint,
  -- Of the unchanged ones, those that needed no look and are in no chunk.
  gone bigint not null default 0,
  created bigint not null default 0,
  updated bigint not null default 0,
  deleted bigint not null default 0,
  unchanged bigint not null default 0,
  missing bigint not null default 0,
  kept bigint not null default 0,
  fraction double precision not null default 0,
  cancel_requested boolean not null default false,
  problem jsonb,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- Time of the last sign of life; a worker takes over what has been silent.
  updated_at timestamptz not null default now(),
  version bigint not null default 1,
  check (state <> 'done' or total = created + updated + deleted + unchanged + missing + kept)
);
create index operations_unfinished on operations (id) where state not in ('done', 'cancelled', 'failed');
create unique index operations_changeset on operations (changeset_id);

-- The products that were selected, a few thousand a chunk. No foreign key: chunks are written on the snapshot of the request,
-- which is older than the operation's row.
create table operation_chunks (
  operation_id bigint not null,
  chunk_no integer not null,
  -- products = by key; versions = (key, id, version) in product_history; created = (key, id) of products that a changeset made.
  source text not null check (source in ('products', 'versions', 'created')),
  keys text[] collate "C" not null,
  ids bigint[],
  versions integer[],
  done boolean not null default false,
  -- What became of its products, in the transaction that did it; the operation's row has the sums.
  created integer not null default 0,
  updated integer not null default 0,
  deleted integer not null default 0,
  unchanged integer not null default 0,
  missing integer not null default 0,
  kept integer not null default 0,
  -- Products beyond those of the chunk, counted above as well.
  more integer not null default 0,
  primary key (operation_id, chunk_no)
);
-- Written once, read once: compressing would cost more than it saves.
alter table operation_chunks alter keys set storage external, alter ids set storage external, alter versions set storage external;

-- Products that an undo met changed since: kept as they are, or overwritten.
create table operation_conflicts (
  operation_id bigint not null references operations (id) on delete cascade,
  sku_key text collate "C" not null,
  id bigint not null,
  sku text not null,
  conflict text not null check (conflict in ('changed', 'deleted', 'renamed', 'sku_taken')),
  changed_in bigint not null references changesets (id),
  changed_at timestamptz not null,
  overwritten boolean not null,
  primary key (operation_id, sku_key, id)
);

alter table changesets
  -- The changeset that took all of this one back, as long as that is in force: undone by another, it is null again.
  add undone_in bigint references changesets (id),
  -- Since when its part of the history is no longer kept, so that it cannot be undone any more.
  add purged_at timestamptz,
  -- Whether all of that part has been deleted, which takes a while.
  add is_purged boolean not null default false;
create index changesets_not_purged on changesets (finished_at) where purged_at is null;
create index changesets_being_purged on changesets (id) where purged_at is not null and not is_purged;
