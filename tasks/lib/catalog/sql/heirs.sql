-- What shows a hidden column under another name, and what is made of that: views, whatever they do
-- with it, whole (column 0), also of a whole row; columns that are generated from it; tables that
-- inherit it. $1: [{"t": oid, "c": attnum, "f": true}, ...]. Gives table, column, f.
WITH RECURSIVE tainted(t, c, f) AS (
    SELECT t, c, coalesce(f, false)
    FROM json_to_recordset($1::json) AS h(t oid, c int, f bool)
    UNION
    SELECT more.t, more.c, tainted.f
    FROM tainted, LATERAL (
        SELECT r.ev_class AS t, 0 AS c
        FROM pg_depend d
        JOIN pg_rewrite r ON r.oid = d.objid
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid = tainted.t AND r.ev_class <> tainted.t
          AND (tainted.c = 0 OR d.refobjsubid = tainted.c
               OR r.ev_action::text LIKE '%:varattno 0 %')
        UNION ALL
        SELECT a.adrelid, a.adnum::int
        FROM pg_depend d
        JOIN pg_attrdef a ON a.oid = d.objid
        WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid = tainted.t AND d.refobjsubid = tainted.c AND a.adrelid = tainted.t
          AND a.adnum <> tainted.c
        UNION ALL
        SELECT d.objid, d.objsubid -- before PostgreSQL 15
        FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid = tainted.t AND d.refobjsubid = tainted.c AND d.objid = tainted.t
          AND d.objsubid > 0 AND d.objsubid <> tainted.c
        UNION ALL
        SELECT i.inhrelid, heir.attnum::int
        FROM pg_inherits i
        JOIN pg_attribute a ON a.attrelid = i.inhparent AND a.attnum = tainted.c
        JOIN pg_attribute heir ON heir.attrelid = i.inhrelid AND heir.attname = a.attname
        WHERE i.inhparent = tainted.t
    ) AS more
)
SELECT t::bigint, c, bool_or(f)
FROM tainted
GROUP BY t, c
