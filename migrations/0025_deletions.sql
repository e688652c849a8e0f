-- Imports that delete products, and records that only add to the product of another record.

-- Number of rows that deleted their products.
alter table imports add column deleted bigint not null default 0;
alter table import_chunks add column deleted integer not null default 0;
-- Number of rows that only add values to the product of another row.
alter table imports add column adds bigint not null default 0;
alter table imports drop constraint imports_check;
alter table imports add constraint imports_check check (
  state <> 'done' or rows = created + updated + unchanged + deleted + adds + superseded + rejected + ignored
);
