-- The columns of all tables of the users, chosen or not: a view that is chosen may show what is
-- hidden in a table that is not. Gives schema, table, oid, column, number.
SELECT n.nspname, c.relname, c.oid, a.attname, a.attnum
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'quern')
