-- Imports that wait for a review of their columns, and the choices of columns that are remembered.

alter table column_choices drop constraint column_choices_target_check;
-- 'attribute': the column contains no field.
alter table column_choices add constraint column_choices_target_check check (
  target in ('sku', 'name', 'description', 'active', 'parent_sku', 'attribute')
);
-- Whether the choice was made although another column of the file had the exact name of the field. Otherwise that name wins.
alter table column_choices add column beats_exact_name boolean not null default false;

-- Whether the client has chosen or confirmed the columns of the import, so that they are remembered when its loading starts.
alter table imports add column answered boolean not null default false;
-- Type json, because jsonb would change the order of the mapping's statements, and the first statement that fits applies.
alter table imports alter column options type json using options::json;
