-- The products whose id is a multiple of 256, in each order: where a stretch of the order ends is looked up among them, without
-- counting to there.
create index product_search_sku_sample on product_search (sku_key) where id % 256 = 0;
create index product_search_name_sample on product_search (name_key, sku_key) where id % 256 = 0;
create index product_search_updated_sample on product_search (updated_at, sku_key) where id % 256 = 0;
create index product_search_created_sample on product_search (created_at, sku_key) where id % 256 = 0;
