-- "Place" is where an event stands; this is where a row lies.
alter table product_staging rename column place to tid;
