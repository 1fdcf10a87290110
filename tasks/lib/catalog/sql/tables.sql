-- Every table, view and foreign table of the users, partitions folded into their root. Quern's own
-- are nobody's: passwords are in them. Gives oid, schema, name, kind, comment, readable, columns at most, rows, pages, bytes, parts, analysed.
-- Rows: -1 not known. Sizes are the planner's here; sizes.sql has better ones.
WITH RECURSIVE roots AS (
    SELECT c.oid, c.relname, c.relkind, c.relnatts, c.reltuples, c.relpages, n.nspname,
           n.oid AS schema
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND NOT c.relispartition
      AND c.relpersistence <> 't'
      AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'quern')
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                        AND d.objsubid = 0 AND d.deptype = 'e')
), parts(root, oid, relkind, reltuples, relpages) AS (
    SELECT oid, oid, relkind, reltuples, relpages FROM roots WHERE relkind = 'p'
    UNION ALL
    SELECT p.root, c.oid, c.relkind, c.reltuples, c.relpages
    FROM parts p
    JOIN pg_inherits i ON i.inhparent = p.oid
    JOIN pg_class c ON c.oid = i.inhrelid
), known AS (
    SELECT *, CASE WHEN reltuples > 0 OR (reltuples = 0 AND relpages > 0)
                     OR (reltuples = 0 AND current_setting('server_version_num')::int >= 140000)
                   THEN reltuples END AS tuples
    FROM parts
), sums AS (
    SELECT root, count(*) FILTER (WHERE relkind <> 'p') AS parts,
           sum(tuples) FILTER (WHERE relkind <> 'p') AS rows,
           sum(relpages::bigint) FILTER (WHERE relkind <> 'p') AS pages,
           max(greatest(pg_stat_get_last_analyze_time(oid),
                        pg_stat_get_last_autoanalyze_time(oid))) AS analyzed
    FROM known
    GROUP BY root
)
SELECT r.oid, r.nspname, r.relname, r.relkind, left(d.description, 4000),
       has_schema_privilege(r.schema, 'USAGE')
         AND (has_table_privilege(r.oid, 'SELECT') OR has_any_column_privilege(r.oid, 'SELECT')),
       r.relnatts,
       CASE WHEN r.relkind = 'v' THEN -1
            WHEN r.relkind = 'p' THEN coalesce(s.rows, CASE WHEN s.parts = 0 THEN 0 ELSE -1 END)
            WHEN r.reltuples = 0 AND r.relpages = 0
                 AND current_setting('server_version_num')::int < 140000 THEN -1
            ELSE r.reltuples END::float8,
       coalesce(s.pages, r.relpages, 0),
       coalesce(s.pages, r.relpages, 0) * current_setting('block_size')::bigint,
       coalesce(s.parts, 0),
       trunc(extract(epoch FROM coalesce(
           s.analyzed, greatest(pg_stat_get_last_analyze_time(r.oid),
                                pg_stat_get_last_autoanalyze_time(r.oid)))) * 1000)::bigint
FROM roots r
LEFT JOIN sums s ON s.root = r.oid
LEFT JOIN pg_description d
       ON d.classoid = 'pg_class'::regclass AND d.objoid = r.oid AND d.objsubid = 0
