-- What PostgreSQL writes as SQL: checks, defaults of columns and views of tables $1, from the $2th
-- on, in a fixed order, each made when its turn comes: one that fails, since what it
-- needs is gone or locked, can be stepped over. Gives place, what, table, number of the column (0:
-- none, or several), validated, text.
WITH locked AS MATERIALIZED (
    SELECT l.relation
    FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.pid IS DISTINCT FROM pg_backend_pid()
), wanted(what, owner, sub, name, validated, tree) AS (
    SELECT 'preset', d.adrelid, d.adnum, ''::name, true, d.adbin
    FROM pg_attrdef d
    WHERE d.adrelid = ANY ($1::oid[])
      AND d.adrelid NOT IN (SELECT relation FROM locked)
    UNION ALL
    SELECT 'check', k.conrelid, CASE WHEN cardinality(k.conkey) = 1 THEN k.conkey[1] ELSE 0 END,
           k.conname, k.convalidated, k.conbin
    FROM pg_constraint k
    WHERE k.contype = 'c' AND k.conrelid = ANY ($1::oid[])
      AND k.conrelid NOT IN (SELECT relation FROM locked)
    UNION ALL
    SELECT 'view', c.oid, 0, ''::name, true, NULL
    FROM pg_class c
    WHERE c.relkind IN ('v', 'm') AND c.oid = ANY ($1::oid[])
      AND NOT EXISTS (SELECT
                      FROM pg_rewrite r
                      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                                      AND d.refclassid = 'pg_class'::regclass
                      JOIN locked l ON l.relation = d.refobjid
                      WHERE r.ev_class = c.oid)
), ordered AS (
    SELECT row_number() OVER (ORDER BY what, owner, sub, name) AS place, wanted.*
    FROM wanted
)
SELECT o.place, o.what, o.owner, o.sub, o.validated,
       left(CASE o.what WHEN 'view' THEN pg_get_viewdef(o.owner)
                        ELSE pg_get_expr(o.tree, o.owner) END, 200000)
FROM (SELECT * FROM ordered WHERE place >= $2::bigint OFFSET 0) o
