-- The buyers of the sales. $1 start, $2 end, $3 statuses that count.
-- A customer is new when no order of theirs before the period counts.
WITH buyer AS MATERIALIZED (
  SELECT o.user_id, count(*) AS orders, coalesce(sum(o.total_amount)::numeric, 0) AS sales
  FROM orders o
  WHERE o.created_at >= $1::timestamptz AND o.created_at < $2::timestamptz
    AND o.status::text = ANY ($3::text[])
  GROUP BY 1
), known AS (
  SELECT count(user_id) AS customers FROM buyer
), again AS (
  SELECT count(*) AS customers
  FROM buyer b
  WHERE EXISTS (
    SELECT FROM orders o
    WHERE o.user_id = b.user_id AND o.created_at < $1::timestamptz
      AND o.status::text = ANY ($3::text[]))
), ranked AS (
  SELECT coalesce(left(u.country, 200), '(unknown)') AS name, sum(b.orders) AS orders,
         count(b.user_id) AS customers, sum(b.sales) AS sales,
         row_number() OVER (ORDER BY sum(b.sales) DESC,
                            coalesce(left(u.country, 200), '(unknown)')) AS n
  FROM buyer b
  LEFT JOIN users u ON u.id = b.user_id
  GROUP BY 1
), row AS (
  SELECT least(n, 201) AS place,
         CASE WHEN min(n) <= 200 THEN min(name) ELSE '(other)' END AS name,
         sum(orders) AS orders, sum(customers) AS customers, sum(sales) AS sales
  FROM ranked
  GROUP BY 1
)
SELECT 'countries' AS list, place::text AS rank, NULL AS id, name, NULL AS category,
       NULL AS first, NULL AS last, orders::text, customers::text,
       round(sales, greatest(scale(sales), 2))::text AS sales, NULL AS units,
       round(100 * sales / nullif((SELECT sum(b.sales) FROM buyer b), 0), 2)::text AS share,
       NULL AS previous_rank, NULL AS rank_change, place
FROM row
UNION ALL
SELECT 'metrics', NULL, NULL, m.name, NULL, NULL, NULL, NULL, NULL, NULL, m.value::text,
       NULL, NULL, NULL, NULL
FROM known k, again a,
LATERAL (VALUES
  ('customers', k.customers),
  ('new_customers', k.customers - a.customers),
  ('returning_customers', a.customers)
) AS m(name, value)
ORDER BY list, place
