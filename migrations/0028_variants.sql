-- Finds the variants of a product, to count them. Products without a parent are not in the index, so it costs nothing for them.
create index products_parent_idx on products (lower(parent_sku collate "C")) where parent_sku <> '';
