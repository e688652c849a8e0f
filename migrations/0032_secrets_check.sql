-- Shows which key encrypts the secrets in this database, so that a process with another key does not start. The table has one row.
create table secrets_check (
  is_only boolean primary key default true check (is_only),
  -- A known text, encrypted with the key.
  sealed text not null
);
