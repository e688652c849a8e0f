-- The user that has begun an upload in parts: no other user may continue, read or discard it. null = begun before this migration, so
-- only administrators may.
alter table imports add column upload_user_id bigint;
