-- What lists and streams show of large records, so that a list never reads the large value itself.
alter table imports add column columns_count integer not null generated always as (jsonb_array_length(columns)) stored;
-- Without `set` and `filter` where these are longer than 1 kB.
alter table operations
  add column listed_options jsonb not null generated always as (
    options
      - case when octet_length((options -> 'set')::text) > 1024 then 'set' else '' end
      - case when octet_length((options -> 'filter')::text) > 1024 then 'filter' else '' end
  ) stored,
  add column options_shortened boolean not null generated always as (
    coalesce(octet_length((options -> 'set')::text) > 1024, false)
      or coalesce(octet_length((options -> 'filter')::text) > 1024, false)
  ) stored;
