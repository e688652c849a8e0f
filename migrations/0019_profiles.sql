-- Profiles: named mappings with their versions, and choices of columns that users made.

create table profiles (
  id bigint generated always as identity primary key,
  -- The name as it is compared: names are not case-sensitive.
  name_key text not null unique,
  name text not null,
  version integer not null default 1,
  -- The tests that the profile carries, and how many failed when they last ran.
  tests_count integer not null default 0,
  tests_failed integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table profile_versions (
  profile_id bigint not null references profiles on delete cascade,
  version integer not null,
  -- Type json, because jsonb would change the order of members.
  definition json not null,
  actor text not null,
  created_at timestamptz not null default now(),
  primary key (profile_id, version)
);

-- The last import that used a profile, stored or built-in, and the columns of its file.
create table profile_uses (
  name_key text primary key,
  used_at timestamptz not null default now(),
  import_id bigint not null,
  columns json not null
);

-- What users answered when a column was in doubt: a column of this name contains this field.
create table column_choices (
  id bigint generated always as identity primary key,
  -- The name of the column as it is compared, and as it was written last.
  name_key text not null unique,
  name text not null,
  target text not null check (target in ('sku', 'name', 'description', 'active')),
  import_id bigint not null,
  chosen_at timestamptz not null default now()
);

-- The profile that an import ran with: its id, name, version and text. Null if it used none.
alter table imports add column profile json;
