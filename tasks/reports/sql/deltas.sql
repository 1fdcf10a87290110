-- How metrics changed. $1 values, $2 values of the comparison period, in one order.
-- Gives value, base, change, percent of the base (NULL when that is 0).
SELECT value, base, (value::numeric - base::numeric)::text,
       round(100 * (value::numeric - base::numeric) / nullif(abs(base::numeric), 0), 2)::text
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS m(value, base, n)
ORDER BY n
