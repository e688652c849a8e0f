-- Where the product lay that a staged row was compared with: finds it again without its key's index. Null where nobody said.
alter table product_staging add column tid tid;
