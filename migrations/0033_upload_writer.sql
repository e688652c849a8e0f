-- Number of the last request that has begun to write the file of the import. Servers that share a store can receive requests for the same
-- upload at the same time; only the last one may change the import.
alter table imports add column upload_writer integer not null default 0;
