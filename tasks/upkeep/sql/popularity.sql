-- Popularity of all products in the hours before now. $1 hours, $2 statuses that count,
-- $3 what is counted: units or orders. Gives the result as JSON.
--
-- Only rows that change are written; they are locked in the order of their ids, before the
-- first is written, and judged again as they are then.
WITH sold AS MATERIALIZED (
  SELECT i.product_id,
         least(CASE $3::text WHEN 'orders' THEN count(DISTINCT o.id) ELSE sum(i.quantity) END,
               2147483647) AS n,
         sum(i.quantity) AS units
  FROM orders o
  JOIN order_items i ON i.order_id = o.id
  WHERE o.created_at >= statement_timestamp() - $1::int * interval '1 hour'
    AND o.created_at < statement_timestamp()
    AND o.status::text = ANY ($2::text[])
  GROUP BY 1
), stale AS MATERIALIZED (
  SELECT p.id, coalesce(s.n, 0) AS n
  FROM products p
  LEFT JOIN sold s ON s.product_id = p.id
  WHERE p.popularity IS DISTINCT FROM coalesce(s.n, 0)
  ORDER BY p.id
  FOR NO KEY UPDATE OF p
), changed AS (
  UPDATE products p
  SET popularity = s.n, last_updated = statement_timestamp()
  FROM stale s
  WHERE p.id = s.id
  RETURNING p.popularity
)
SELECT json_build_object(
  'from', to_char(statement_timestamp() - $1::int * interval '1 hour',
                  'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  'to', to_char(statement_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  'counted', $3::text,
  'units', (SELECT coalesce(sum(units), 0) FROM sold),
  'products_sold', (SELECT count(*) FROM sold),
  'changed', (SELECT count(*) FROM changed),
  'zeroed', (SELECT count(*) FROM changed WHERE popularity = 0))::text
