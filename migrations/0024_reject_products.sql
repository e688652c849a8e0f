-- A rejected row of an import whose rows form products together: the values of its product, as JSON. A download of the rejected rows
-- contains these values, because the row alone has no values of the other rows of its group.
alter table import_rejects add column product text;
