-- What values the enums $1 and the checks of the domains $2 allow, from the $3th on. Gives place,
-- what, type, label or check.
WITH wanted(what, owner, sort, name, tree) AS (
    SELECT 'enum', e.enumtypid, e.enumsortorder, e.enumlabel, NULL
    FROM pg_enum e
    WHERE e.enumtypid = ANY ($1::oid[])
    UNION ALL
    SELECT 'check', k.contypid, 0, k.conname, k.conbin
    FROM pg_constraint k
    WHERE k.contype = 'c' AND k.convalidated AND k.contypid = ANY ($2::oid[])
), ordered AS (
    SELECT row_number() OVER (ORDER BY what, owner, sort, name) AS place, wanted.*
    FROM wanted
)
SELECT o.place, o.what, o.owner,
       CASE o.what WHEN 'enum' THEN o.name ELSE left(pg_get_expr(o.tree, 0), 200000) END
FROM (SELECT * FROM ordered WHERE place >= $3::bigint OFFSET 0) o
