-- Imports: one row is the whole record of an import; its chunks and staged rows exist while it runs.

create table imports (
  id bigint generated always as identity primary key,
  state text not null default 'receiving'
    check (state in ('receiving', 'scanning', 'ready', 'loading', 'finishing', 'done', 'cancelled', 'failed')),
  actor text not null,
  filename text not null,
  -- Random name of the uploaded file inside the data folder; the client's name is only text.
  file text not null,
  size bigint,
  received bigint not null default 0,
  sha256 text,
  options jsonb not null,
  dialect jsonb,
  columns jsonb not null default '[]',
  lines bigint,
  rows bigint,
  scanned bigint not null default 0,
  created bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  superseded bigint not null default 0,
  rejected bigint not null default 0,
  -- Of them, those that the scan rejected; the others are counted in the chunks.
  scan_rejected bigint not null default 0,
  fraction double precision not null default 0,
  changeset_id bigint references changesets (id),
  -- First of the product ids that are this import's, one for each of its rows.
  id_base bigint,
  -- With no product in the catalogue when loading began, a chunk may copy without looking first.
  catalogue_was_empty boolean not null default false,
  cancel_requested boolean not null default false,
  problem jsonb,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  load_started_at timestamptz,
  load_finished_at timestamptz,
  finished_at timestamptz,
  -- Time of the last sign of life; a worker takes over what has been silent.
  updated_at timestamptz not null default now(),
  version bigint not null default 1,
  check (state <> 'done' or rows = created + updated + unchanged + superseded + rejected)
);
create index imports_unfinished on imports (id) where state not in ('done', 'cancelled', 'failed');

create table import_chunks (
  import_id bigint not null references imports (id) on delete cascade,
  chunk_no integer not null,
  byte_start bigint not null,
  byte_end bigint not null,
  first_row bigint not null,
  first_line bigint not null,
  records integer not null,
  -- One bit a record: 1 = superseded or rejected by the scan, not to be applied.
  skip bytea not null,
  done boolean not null default false,
  -- What became of its rows, in the transaction that loaded them; the import's row has the sums.
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  rejected integer not null default 0,
  primary key (import_id, chunk_no)
);

create table import_rejects (
  import_id bigint not null references imports (id) on delete cascade,
  "row" bigint not null,
  line bigint not null,
  "column" text,
  value text,
  code text not null,
  message text not null,
  raw text not null,
  primary key (import_id, "row")
);
