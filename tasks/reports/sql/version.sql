-- What the figures depend on besides the arguments. $1 zone, $2 preset or NULL, $3 last day or
-- NULL. Gives 't' for a period that is past, and one text that is another one after any change.
--
-- Which database, seen with whose rights; with a preset, which day it is; and the data: the newest
-- order, and for each table which it is and how often it was written to, as the server counts
-- it. It counts with a delay of seconds, and not on a standby.
WITH today AS (
  SELECT (now() AT TIME ZONE $1::text)::date AS d
), named AS (
  SELECT name, to_regclass(name) AS relation
  FROM unnest(ARRAY['orders', 'order_items', 'products', 'categories', 'users']) AS name
), relations AS (
  SELECT n.name, coalesce(p.relid, n.relation) AS relation
  FROM named n LEFT JOIN LATERAL pg_partition_tree(n.relation) p ON true
), writes AS (
  SELECT string_agg(format('%s %s %s %s', name, relation::oid, pg_relation_filenode(relation),
                           pg_stat_get_tuples_inserted(relation)
                           + pg_stat_get_tuples_updated(relation)
                           + pg_stat_get_tuples_deleted(relation)),
                    ', ' ORDER BY name, relation::oid) AS counts
  FROM relations
)
SELECT CASE WHEN $2::text IS NULL THEN $3::date < d ELSE $2 IN ('yesterday', 'last_month') END,
       concat_ws('; ', (SELECT system_identifier FROM pg_control_system()), current_database(),
                 current_user, current_setting('search_path'),
                 CASE WHEN $2 IS NOT NULL THEN d::text END,
                 (SELECT max(created_at) FROM orders), counts)
FROM today, writes
