-- Where the rows of a chunk lay when they were selected: finds them again without the index of keys. Null where nobody said.
alter table operation_chunks add column tids tid[];
alter table operation_chunks alter tids set storage external;
-- What a changeset created had version 0 before, so that chunks of these have a list of versions as the others do.
update operation_chunks set versions = array_fill(0, array[cardinality(keys)]) where source = 'created';
