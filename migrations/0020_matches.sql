-- The products that an import finds by an attribute instead of the SKU. The scan stores them, loaders read them, and they are deleted when
-- the import ends. Only keys that the file contains are stored.
create table import_matches (
  import_id bigint not null,
  -- Token of the scan that stored the row.
  scan_token bigint not null,
  -- The attribute's value in the form in which it is compared.
  match_key text collate "C" not null,
  sku_key text collate "C" not null,
  sku text not null,
  primary key (import_id, scan_token, match_key, sku_key)
);
