-- The indexes of tables $1, the primary key first, then what is a constraint. Gives table, name,
-- numbers of its columns (0: an expression), unique, primary, of a constraint, partial, valid.
SELECT i.indrelid, c.relname,
       (SELECT string_agg(k.number::text, ' ' ORDER BY k.place)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
        WHERE k.place <= i.indnkeyatts),
       i.indisunique AND NOT i.indisexclusion, i.indisprimary, k.oid IS NOT NULL,
       i.indpred IS NOT NULL, i.indisvalid AND i.indisready AND i.indislive
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u')
WHERE i.indrelid = ANY ($1::oid[])
ORDER BY i.indrelid, i.indisprimary DESC, k.oid IS NOT NULL DESC, c.relname
