-- Imports with a mapping, and imports that wait for an answer.

alter table imports drop constraint imports_state_check;
alter table imports add constraint imports_state_check check (
  state in ('receiving', 'paused', 'scanning', 'held', 'ready', 'loading', 'finishing', 'done', 'cancelled', 'failed')
);
-- Number of rows that are not products, such as totals and repeated headers. They are neither applied nor rejected.
alter table imports add column ignored bigint not null default 0;
alter table imports drop constraint imports_check;
alter table imports add constraint imports_check check (
  state <> 'done' or rows = created + updated + unchanged + superseded + rejected + ignored
);
-- What users should know about the import, apart from the rejected rows.
alter table imports add column notices jsonb not null default '[]';
-- The plan into which the scan compiled the import's mapping. Loaders use the same plan. Null if the columns are copied unchanged.
alter table imports add column plan jsonb;

-- Whether the row was ignored. Otherwise it was rejected.
alter table import_rejects add column ignored boolean not null default false;
