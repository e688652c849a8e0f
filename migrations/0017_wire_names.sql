-- The product filter `updated_after` is now called `updated_since`.

update operations
set options = jsonb_set(options #- '{filter,updated_after}', '{filter,updated_since}', options #> '{filter,updated_after}')
where options #> '{filter,updated_after}' is not null;

-- Which events a replay sends.
alter table webhook_replays rename column what to scope;
alter table webhook_replays rename constraint webhook_replays_what_check to webhook_replays_scope_check;
