-- One pass over the lines of the sales, and one over those of the comparison period.
-- $1 start, $2 end, $3 statuses that count, $4 and $5 start and end of the comparison
-- period (the same instant: there is none), $6 total sales, $7 products in each list.
--
-- What products lack of the total is said: lines without a product that is there, and
-- what the orders' amounts and their lines differ by.
WITH line AS MATERIALIZED (
  SELECT i.product_id, count(*) AS n, coalesce(sum(i.quantity)::numeric, 0) AS units,
         coalesce(sum(i.quantity * i.unit_price)::numeric, 0) AS sales
  FROM orders o
  JOIN order_items i ON i.order_id = o.id
  WHERE o.created_at >= $1::timestamptz AND o.created_at < $2::timestamptz
    AND o.status::text = ANY ($3::text[])
  GROUP BY 1
), base AS MATERIALIZED (
  SELECT i.product_id, coalesce(sum(i.quantity)::numeric, 0) AS units,
         coalesce(sum(i.quantity * i.unit_price)::numeric, 0) AS sales
  FROM orders o
  JOIN order_items i ON i.order_id = o.id
  WHERE o.created_at >= $4::timestamptz AND o.created_at < $5::timestamptz
    AND o.status::text = ANY ($3::text[])
  GROUP BY 1
), was AS (
  SELECT p.id, row_number() OVER (ORDER BY b.sales DESC, b.units DESC, p.id) AS by_sales,
         row_number() OVER (ORDER BY b.units DESC, b.sales DESC, p.id) AS by_units
  FROM base b
  JOIN products p ON p.id = b.product_id
), product AS MATERIALIZED (
  SELECT p.id::text AS id, coalesce(left(p.name, 200), '(unnamed)') AS name,
         left(c.name, 200) AS category, l.sales, l.units,
         row_number() OVER (ORDER BY l.sales DESC, l.units DESC, p.id) AS by_sales,
         row_number() OVER (ORDER BY l.units DESC, l.sales DESC, p.id) AS by_units,
         was.by_sales AS was_by_sales, was.by_units AS was_by_units
  FROM line l
  JOIN products p ON p.id = l.product_id
  LEFT JOIN categories c ON c.id = p.category_id
  LEFT JOIN was ON was.id = p.id
), total AS (
  SELECT $6::numeric AS sales, coalesce(sum(l.units), 0) AS units,
         coalesce(sum(l.sales), 0) AS itemised, coalesce(sum(l.n), 0) AS n
  FROM line l
), lost AS (
  SELECT sum(l.sales) AS sales, sum(l.units) AS units
  FROM line l
  WHERE NOT EXISTS (SELECT FROM products p WHERE p.id = l.product_id)
  HAVING count(*) > 0
), gap AS (
  SELECT sales - itemised AS sales FROM total WHERE sales <> itemised
), ranked AS (
  SELECT coalesce(category, '(no category)') AS name, sum(sales) AS sales, sum(units) AS units,
         row_number() OVER (ORDER BY sum(sales) DESC,
                            coalesce(category, '(no category)')) AS n
  FROM product
  GROUP BY 1
), missing AS (
  SELECT 1 AS place, '(no product)' AS name, sales, units FROM lost
  UNION ALL
  SELECT 2, '(not itemised)', sales, NULL FROM gap
), row AS (
  SELECT 'top_products_by_revenue' AS list, by_sales AS place, id, name, category, sales, units,
         false AS of_units, was_by_sales AS was
  FROM product
  WHERE by_sales <= $7::int
  UNION ALL
  SELECT 'top_products_by_units', by_units, id, name, category, sales, units, true, was_by_units
  FROM product
  WHERE by_units <= $7::int
  UNION ALL
  SELECT 'rest_by_revenue', 0, NULL, '(other products)', NULL, sum(sales), sum(units), false, NULL
  FROM product
  WHERE by_sales > $7::int
  HAVING count(*) > 0
  UNION ALL
  SELECT 'rest_by_units', 0, NULL, '(other products)', NULL, sum(sales), sum(units), true, NULL
  FROM product
  WHERE by_units > $7::int
  HAVING count(*) > 0
  UNION ALL
  SELECT list, m.place + before, NULL, m.name, NULL, m.sales, m.units, of_units, NULL
  FROM missing m,
  (VALUES ('rest_by_revenue', 0, false), ('rest_by_units', 0, true), ('categories', 1000, false))
    AS l(list, before, of_units)
  UNION ALL
  SELECT 'categories', least(n, 201), NULL,
         CASE WHEN min(n) <= 200 THEN min(name) ELSE '(other)' END, NULL,
         sum(sales), sum(units), false, NULL
  FROM ranked
  GROUP BY least(n, 201)
), metric AS (
  SELECT m.name, m.value
  FROM total t,
  LATERAL (VALUES
    ('units', t.units),
    ('item_rows', t.n),
    ('base_units', (SELECT coalesce(sum(b.units), 0) FROM base b))
  ) AS m(name, value)
)
SELECT r.list, r.place::text AS rank, r.id, r.name, r.category, NULL AS first, NULL AS last,
       NULL AS orders, NULL AS customers,
       round(r.sales, greatest(scale(r.sales), 2))::text AS sales, r.units::text,
       round(100 * CASE WHEN r.of_units THEN r.units / nullif(t.units, 0)
                        ELSE r.sales / nullif(t.sales, 0) END, 2)::text AS share,
       r.was::text AS previous_rank, (r.was - r.place)::text AS rank_change, r.place
FROM row r, total t
UNION ALL
SELECT 'metrics', NULL, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL, value::text,
       NULL, NULL, NULL, NULL
FROM metric
ORDER BY list, place
