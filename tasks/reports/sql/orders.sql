-- One pass over the orders of the period. $1 start, $2 end, $3 statuses that count,
-- $4 starts of the buckets, $5 their first days, $6 their last days.
--
-- Lists of names end after 200 with "(other)", and names are cut at 200 characters: the
-- size of a report does not depend on what the columns hold.
WITH fact AS MATERIALIZED (
  SELECT width_bucket(o.created_at::timestamptz, $4::timestamptz[]) AS bucket,
         o.channel::text AS channel, o.status::text AS status,
         count(*) AS orders, coalesce(sum(o.total_amount)::numeric, 0) AS sales
  FROM orders o
  WHERE o.created_at >= $1::timestamptz AND o.created_at < $2::timestamptz
  GROUP BY 1, 2, 3
), counted AS (
  SELECT * FROM fact WHERE status = ANY ($3::text[])
), total AS (
  SELECT coalesce(sum(orders), 0) AS orders, coalesce(sum(sales), 0) AS sales FROM counted
), placed AS (
  SELECT coalesce(sum(orders), 0) AS orders,
         coalesce(sum(orders) FILTER (WHERE status = 'cancelled'), 0) AS cancelled
  FROM fact
), named AS (
  SELECT 'channels' AS list, left(channel, 200) AS name, orders, sales, sales AS part,
         (SELECT sales FROM total) AS whole
  FROM counted
  UNION ALL
  SELECT 'statuses', left(status, 200), orders, sales, orders, (SELECT orders FROM placed)
  FROM fact
), ranked AS (
  SELECT list, coalesce(name, '(unknown)') AS name, sum(orders) AS orders,
         sum(sales) AS sales, sum(part) AS part, min(whole) AS whole,
         row_number() OVER (PARTITION BY list
                            ORDER BY sum(sales) DESC, coalesce(name, '(unknown)')) AS n
  FROM named
  GROUP BY 1, 2
), row AS (
  SELECT 'series' AS list, b.n AS place, NULL AS name, b.first, b.last,
         coalesce(sum(c.orders), 0) AS orders, coalesce(sum(c.sales), 0) AS sales,
         NULL::numeric AS part, NULL::numeric AS whole
  FROM unnest($5::text[], $6::text[]) WITH ORDINALITY AS b(first, last, n)
  LEFT JOIN counted c ON c.bucket = b.n
  GROUP BY b.n, b.first, b.last
  UNION ALL
  SELECT list, least(n, 201), CASE WHEN min(n) <= 200 THEN min(name) ELSE '(other)' END,
         NULL, NULL, sum(orders), sum(sales), sum(part), min(whole)
  FROM ranked
  GROUP BY list, least(n, 201)
), metric AS (
  SELECT m.name, m.value
  FROM total t, placed p,
  LATERAL (VALUES
    ('total_sales', round(t.sales, greatest(scale(t.sales), 2))),
    ('total_orders', t.orders),
    ('average_order_value', round(t.sales / nullif(t.orders, 0), 2)),
    ('all_orders', p.orders),
    ('cancelled_orders', p.cancelled),
    ('cancelled_rate', round(100 * p.cancelled / nullif(p.orders, 0), 2))
  ) AS m(name, value)
)
SELECT list, place::text AS rank, NULL AS id, name, NULL AS category, first, last,
       orders::text, NULL AS customers, round(sales, greatest(scale(sales), 2))::text AS sales,
       NULL AS units, round(100 * part / nullif(whole, 0), 2)::text AS share,
       NULL AS previous_rank, NULL AS rank_change, place
FROM row
UNION ALL
SELECT 'metrics', NULL, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL, value::text,
       NULL, NULL, NULL, NULL
FROM metric
ORDER BY list, place
