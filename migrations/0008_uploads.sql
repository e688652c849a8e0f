-- Files that come in parts: an import whose upload was cut waits as `paused` for the rest, until it expires.

alter table imports drop constraint imports_state_check;
alter table imports add constraint imports_state_check check (
  state in ('receiving', 'paused', 'scanning', 'ready', 'loading', 'finishing', 'done', 'cancelled', 'failed')
);
-- Null where the file came, or has to come, in one request. The name of the stored file, which nobody can guess, is then the
-- upload's address too.
alter table imports add column upload_expires_at timestamptz;
create unique index imports_resumable on imports (file) where upload_expires_at is not null;
