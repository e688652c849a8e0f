-- The search index and what it is made of; see docs/decisions for why it looks so. It lags behind products: what it has not
-- reached stands in search_backlog, and a list reads both.

-- One row a product, as the index last saw it. It counts only while it has the product's id and version.
create table product_search (
  sku_key text collate "C" primary key,
  id bigint not null,
  version integer not null,
  -- The beginning of the name in lower case: what a list sorted by name goes by.
  name_key text collate "C" not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Hashes of the words of SKU, name and description, of attributes, and of what else a filter may ask for. Two words may
  -- share a hash, so whoever finds a product by them checks it.
  terms integer[] not null
);
create index product_search_name on product_search (name_key, sku_key);
create index product_search_updated on product_search (updated_at, sku_key);
create index product_search_created on product_search (created_at, sku_key);
create index product_search_terms on product_search using gin (terms);

-- The words that any product has or had: a part of a word is looked up here, the products come by the whole word.
create table search_words (
  word text collate "C" primary key,
  -- Hashes of every three characters in a row.
  grams integer[] not null,
  -- Products that had the word when they were indexed; an estimate, since nobody takes away what a change removes.
  products integer not null
);
create index search_words_grams on search_words using gin (grams);

-- What the changes of an entry did to the number of products: created less deleted.
alter table search_backlog add delta integer not null default 0;

-- The number of products as far as the index has come; with the deltas of the backlog it is the number of all.
create table search_state (
  singleton boolean primary key default true check (singleton),
  products bigint not null default 0
);
insert into search_state default values;

do $$
begin
  if exists (select from pg_extension where extname = 'citus') then
    perform create_distributed_table('product_search', 'sku_key', colocate_with => 'products');
  end if;
end
$$;
