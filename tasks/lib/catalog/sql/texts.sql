-- What PostgreSQL writes as SQL: checks, defaults of columns and views of tables $1, from the $2th
-- on, in an order that locks do not change, each made when its turn comes: one that fails,
-- since what it needs is gone or locked, can be stepped over. Gives place, what, table, number of
-- the column (0: none, or several), validated, text.
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
    UNION ALL
    SELECT 'check', k.conrelid, CASE WHEN cardinality(k.conkey) = 1 THEN k.conkey[1] ELSE 0 END,
           k.conname, k.convalidated, k.conbin
    FROM pg_constraint k
    WHERE k.contype = 'c' AND k.conrelid = ANY ($1::oid[])
    UNION ALL
    SELECT 'view', c.oid, 0, ''::name, true, NULL
    FROM pg_class c
    WHERE c.relkind IN ('v', 'm') AND c.oid = ANY ($1::oid[])
), ordered AS (
    SELECT row_number() OVER (ORDER BY what, owner, sub, name) AS place, wanted.*
    FROM wanted
), free AS (
    SELECT *
    FROM ordered
    WHERE place >= $2::bigint
      AND owner NOT IN (SELECT relation FROM locked)
      AND (what <> 'view'
           OR owner NOT IN (SELECT r.ev_class
                            FROM locked l
                            JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass
                                            AND d.refobjid = l.relation
                                            AND d.classid = 'pg_rewrite'::regclass
                            JOIN pg_rewrite r ON r.oid = d.objid))
    OFFSET 0
)
SELECT place, what, owner, sub, validated,
       left(CASE what WHEN 'view' THEN pg_get_viewdef(owner)
                      ELSE pg_get_expr(tree, owner) END, 200000)
FROM free
