-- The search index and what it is made of.

-- What the changes of an entry did to the number of products: created less deleted.
alter table search_backlog add delta integer not null default 0;

-- The number of products as far as the index has come; with the deltas of the backlog it is the number of all.
create table search_state (
  singleton boolean primary key default true check (singleton),
  products bigint not null default 0
);
insert into search_state default values;
