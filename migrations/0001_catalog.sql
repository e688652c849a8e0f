-- The catalogue: products, what they were before, and the changesets that every change belongs to.
-- The same text runs on plain PostgreSQL and on Citus; see docs/decisions for what that rules out.

create table products (
  -- Computed by the application with one function (src/catalog/sku-key.ts) and never updated: it distributes the table.
  sku_key text collate "C" primary key,
  id bigint not null,
  sku text not null,
  name text not null default '',
  description text not null default '',
  active boolean not null default true,
  attributes jsonb not null default '{}',
  version integer not null default 1,
  created_in bigint not null,
  changed_in bigint not null,
  source_line bigint,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index products_id on products (id);

-- One row per version that is no longer current, as it stood, and the changeset that replaced it.
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
  created_at timestamptz not null,
  updated_at timestamptz not null,
  replaced_in bigint not null,
  replaced_at timestamptz not null,
  primary key (sku_key, id, version)
);
-- Rows of one changeset lie together, since they are written together: a block range index finds them and costs the load
-- next to nothing.
create index product_history_replaced_in on product_history using brin (replaced_in);

create table changesets (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('import', 'edit', 'bulk', 'delete_all', 'undo')),
  actor text not null,
  created integer not null default 0,
  updated integer not null default 0,
  deleted integer not null default 0,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);

-- The next free product id. An import takes as many as it has rows in one go, and each of its chunks has its share of
-- them, so that a chunk that is loaded again after a crash gives the same product the same id.
create table product_ids (
  singleton boolean primary key default true check (singleton),
  next bigint not null default 1
);
insert into product_ids default values;

-- Changed rows on their way into products; filled and emptied inside one transaction. Unlogged: what a crash wipes was
-- never committed.
create unlogged table product_staging (
  sku_key text collate "C" not null,
  changeset_id bigint not null,
  part integer not null,
  -- The version of the product that was compared; another one by now means somebody was faster.
  version integer not null,
  source_line bigint,
  sku text,
  name text,
  description text,
  active boolean,
  attributes jsonb
);
create index product_staging_part on product_staging (changeset_id, part);

do $$
begin
  if exists (select from pg_extension where extname = 'citus') then
    perform create_distributed_table('products', 'sku_key');
    perform create_distributed_table('product_history', 'sku_key', colocate_with => 'products');
    perform create_distributed_table('product_staging', 'sku_key', colocate_with => 'products');
  end if;
end
$$;
