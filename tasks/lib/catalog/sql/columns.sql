-- The columns of tables $1. Gives table, number, name, type as oid, as text, with its modifier, not
-- null, identity, generated, readable, comment.
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod),
       a.atttypmod, a.attnotnull, a.attidentity <> '', a.attgenerated <> '',
       has_column_privilege(a.attrelid, a.attnum, 'SELECT'), left(d.description, 4000)
FROM pg_attribute a
LEFT JOIN pg_description d
       ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
