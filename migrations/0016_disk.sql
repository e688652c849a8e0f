-- Why an unfinished import does not move on, such as a full disk. Null as a rule.
alter table imports add column wait_reason text check (wait_reason in ('disk-full'));
-- Who sends a file in parts, for limits per client. Null where the file came in one request.
alter table imports add column upload_client text;
create index imports_upload_client on imports (upload_client)
  where upload_expires_at is not null and state in ('receiving', 'paused');
