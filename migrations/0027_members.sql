-- Tables of a zip file that are imported one after another, each by an import of its own.

-- The import whose end has started this import.
alter table imports add column follows bigint references imports(id);
create unique index imports_follows on imports (follows) where follows is not null;
-- The tables that the import before this one has left, beginning with those of this import.
alter table imports add column members jsonb;
