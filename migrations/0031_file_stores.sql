-- A place that keeps the uploaded files of imports. Its id is also in the place itself (files/store.id), so that a process recognizes it.
-- An import belongs to the store that keeps its file, and only processes that have opened this store read or delete the file.
create table file_stores (
  id uuid primary key,
  -- Host and path where a process last opened the store.
  location text not null,
  opened_at timestamptz not null default now()
);

-- null = the import began before this migration, or was restored from a backup. It belongs to the store of the server that starts next.
alter table imports add column store_id uuid;
-- When a worker first did not find the uploaded file; null while workers find it.
alter table imports add column file_missing_since timestamptz;
alter table imports drop constraint imports_wait_reason_check;
alter table imports add constraint imports_wait_reason_check check (wait_reason in ('disk-full', 'file-missing'));

-- Each store has job queues of its own now, and workers sweep their files without a job. Jobs of the old queues would never be fetched.
do $$
begin
  if to_regclass('pgboss.schedule') is not null then
    delete from pgboss.schedule where name = 'sweep-files';
    delete from pgboss.job where name in ('import', 'import-loader', 'sweep-files');
  end if;
end
$$;
