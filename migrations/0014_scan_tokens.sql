-- Fencing of scans: each takes a higher token, and every write of a scan is refused once a newer scan has taken the import over.
-- The token also names the files that the scan writes, so two scans of one import never share one.
alter table imports add column scan_token bigint not null default 0;
-- Bytes of the text that the scan read; loaders compare the file with it. Null in imports that were scanned before this migration.
alter table imports add column text_size bigint;

-- Worker processes that began a scan or a chunk and neither finished it nor let go of it. Two that died over the same part end the
-- import or operation. Rows are written outside the part's own transaction, which a killed worker takes along.
create table work_attempts (
  kind text not null check (kind in ('import', 'operation')),
  -- Of the import or operation.
  work_id bigint not null,
  -- The number of the chunk, or -1 for the scan of an import.
  part integer not null,
  worker uuid not null,
  primary key (kind, work_id, part, worker)
);
