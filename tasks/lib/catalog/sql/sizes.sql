-- How much larger tables $1 are on disk than the planner thinks, from the $2th on, in an order that
-- locks do not change, without those that are locked. Gives place, table, pages, bytes; several
-- rows for a table with partitions.
WITH RECURSIVE locked AS MATERIALIZED (
    SELECT l.relation
    FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.pid IS DISTINCT FROM pg_backend_pid()
), parts(root, oid, relkind, relpages) AS (
    SELECT c.oid, c.oid, c.relkind, c.relpages
    FROM pg_class c
    WHERE c.oid = ANY ($1::oid[]) AND c.relkind IN ('r', 'p', 'm')
    UNION ALL
    SELECT p.root, c.oid, c.relkind, c.relpages
    FROM parts p
    JOIN pg_inherits i ON i.inhparent = p.oid AND p.relkind = 'p'
    JOIN pg_class c ON c.oid = i.inhrelid
), ordered AS (
    SELECT row_number() OVER (ORDER BY oid) AS place, root, oid, relpages::bigint AS pages,
           current_setting('block_size')::bigint AS page
    FROM parts
    WHERE relkind IN ('r', 'm')
), free AS (
    SELECT *
    FROM ordered
    WHERE place >= $2::bigint AND oid NOT IN (SELECT relation FROM locked)
    OFFSET 0
)
SELECT place, root, pg_relation_size(oid) / page - pages, pg_table_size(oid) - pages * page
FROM free
