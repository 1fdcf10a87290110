-- Which days. $1 zone, $2 preset or NULL, $3 from, $4 to (inclusive), $5 comparison.
-- Gives from, to, days; the same of the comparison period or NULL; now; the newest order.
--
-- The comparison period is the same days a year before; or what lies just before: as
-- many months when the period is whole months, else as many days. "over" is the day
-- after the last.
WITH today AS (
  SELECT (now() AT TIME ZONE $1::text)::date AS d
), asked AS (
  SELECT CASE $2::text
           WHEN 'yesterday' THEN d - 1
           WHEN 'last_7d' THEN d - 6
           WHEN 'mtd' THEN date_trunc('month', d::timestamp)::date
           WHEN 'last_month' THEN (date_trunc('month', d::timestamp) - interval '1 month')::date
           WHEN 'qtd' THEN date_trunc('quarter', d::timestamp)::date
           WHEN 'ytd' THEN date_trunc('year', d::timestamp)::date
           ELSE $3::date
         END AS first,
         CASE
           WHEN $2 = 'yesterday' THEN d
           WHEN $2 = 'last_month' THEN date_trunc('month', d::timestamp)::date
           WHEN $2 IS NOT NULL THEN d + 1
           ELSE $4::date + 1
         END AS over
  FROM today
), months AS (
  SELECT CASE WHEN extract(day FROM first) = 1 AND extract(day FROM over) = 1
           THEN 12 * (extract(year FROM over) - extract(year FROM first))
                + extract(month FROM over) - extract(month FROM first)
         END::int AS n
  FROM asked
), base AS (
  SELECT CASE $5::text
           WHEN 'year' THEN (first - interval '1 year')::date
           WHEN 'previous' THEN
             coalesce((first - n * interval '1 month')::date, first - (over - first))
         END AS first,
         CASE $5
           WHEN 'year' THEN (over - interval '1 year')::date
           WHEN 'previous' THEN first
         END AS over
  FROM asked, months
)
SELECT to_char(a.first, 'YYYY-MM-DD'), to_char(a.over - 1, 'YYYY-MM-DD'),
       (a.over - a.first)::text,
       to_char(b.first, 'YYYY-MM-DD'), to_char(b.over - 1, 'YYYY-MM-DD'),
       (b.over - b.first)::text,
       to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
       (SELECT to_char(max(created_at)::timestamptz AT TIME ZONE 'UTC',
                       'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM orders)
FROM asked a, base b
