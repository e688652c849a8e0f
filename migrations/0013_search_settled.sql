-- Whether PostgreSQL has sorted all entries into the GIN indexes, beside which it puts them at first: lists read either differently.
alter table search_state add column is_settled boolean not null default true;
