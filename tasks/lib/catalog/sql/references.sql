-- The foreign keys of tables $1, without the copies that partitions have. Gives table, name,
-- parent, numbers of columns, numbers of the parent's, validated.
SELECT k.conrelid, k.conname, k.confrelid, array_to_string(k.conkey, ' '),
       array_to_string(k.confkey, ' '), k.convalidated
FROM pg_constraint k
WHERE k.contype = 'f' AND k.conparentid = 0
  AND k.conrelid = ANY ($1::oid[])
ORDER BY k.conrelid, k.conname
