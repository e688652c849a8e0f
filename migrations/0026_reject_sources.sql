-- The record of a rejected row as it is in an XML or JSON file. The column raw contains the row of the table that the file was converted to.
alter table import_rejects add column source text;
