-- The SKU of the parent of a product, such as the article of which the product is a variant. The parent need not exist. An empty string means
-- that the product has no parent. A constant default rewrites no row.
alter table products add column parent_sku text not null default '';
alter table product_history add column parent_sku text not null default '';
alter table product_staging add column parent_sku text;
