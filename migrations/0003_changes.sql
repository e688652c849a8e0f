-- What every change leaves behind: versions that tell what replaced them, the ids a changeset created, events for others.

-- The ids of a changeset's new products lie in [id_base, id_base + id_count): they are found by products' index on id.
alter table changesets
  add id_base bigint,
  add id_count bigint not null default 0,
  add undoes bigint references changesets (id),
  add reason text,
  -- Of an edit: the product's SKU, as it was after it or, where it deleted, before it.
  add sku text;
create index changesets_undoes on changesets (undoes) where undoes is not null;
create index changesets_kind on changesets (kind, id);
create index changesets_actor on changesets (actor, id);
create index changesets_started_at on changesets (started_at);
create index imports_changeset on imports (changeset_id) where changeset_id is not null;

-- A product is deleted at a version, comes back at a later one and was "deleted" in between: versions never repeat.
alter table product_history
  -- This version was deleted by replaced_in, not replaced by another.
  add deleted boolean not null default false,
  -- This version is the deletion itself, kept when replaced_in brought the product back: a copy of what had been deleted.
  add was_deleted boolean not null default false,
  -- The key under which the product goes on, where replaced_in renamed it.
  add renamed_to text collate "C";
create index product_history_renamed_to on product_history (renamed_to) where renamed_to is not null;
create index product_history_deleted on product_history (id) where deleted;
-- The rows of a changeset's chunk lie together and have one time: a changeset is listed chunk by chunk, without an order that
-- the load would have to pay for (docs/decisions/0017).
drop index product_history_replaced_in;
create index product_history_replaced_in on product_history using brin (replaced_in, replaced_at) with (autosummarize = on);

-- What happened, for the page's stream and for webhooks: written in the transaction of the change.
create table events (
  id bigint generated always as identity primary key,
  -- Its place in the order of commits, given by who reads (src/events/read.ts); null until then. Ids are given before the
  -- commit: a reader that went by them would pass over an event whose transaction took longer.
  position bigint unique,
  xid xid8 not null default pg_current_xact_id(),
  type text not null,
  changeset_id bigint references changesets (id),
  data jsonb not null,
  at timestamptz not null default now()
);
create sequence event_positions owned by events.position;
create index events_unplaced on events (id) where position is null;
create index events_at on events (at);
create index events_changeset on events (changeset_id) where changeset_id is not null;

-- Changes that the search index has not reached, in the transaction of the change: the products with these ids (of those that
-- the changeset created) and those with these keys.
create table search_backlog (
  id bigint generated always as identity primary key,
  changeset_id bigint not null references changesets (id),
  id_from bigint,
  id_to bigint,
  keys text[] collate "C",
  rows integer not null,
  at timestamptz not null default now()
);
-- Written once, read once: compressing the keys would cost more than writing them.
alter table search_backlog alter keys set storage external;
