-- The types of the columns of tables $1, and what their domains are made of. Gives oid, name,
-- whether it is PostgreSQL's own, kind, category; of a domain: what is below it as oid, as text,
-- with its modifier, and whether it allows no NULL.
WITH RECURSIVE used(oid) AS (
    SELECT DISTINCT a.atttypid
    FROM pg_attribute a
    WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    UNION
    SELECT t.typbasetype
    FROM used u
    JOIN pg_type t ON t.oid = u.oid
    WHERE t.typtype = 'd'
)
SELECT t.oid, t.typname, t.typnamespace = 'pg_catalog'::regnamespace, t.typtype, t.typcategory,
       t.typbasetype, format_type(t.typbasetype, t.typtypmod), t.typtypmod, t.typnotnull,
       format_type(t.oid, NULL)
FROM used u
JOIN pg_type t ON t.oid = u.oid
ORDER BY t.oid
