-- The buckets of a period. $1 zone, $2 from, $3 to (inclusive), $4 day, week or month.
-- Gives first day, last day, the instant it starts; the last row is the end.
--
-- A bucket starts with the first instant of its first day. A midnight that the zone
-- skips is read as the instant of the change, which is right; one that comes twice is
-- read as the second, so earlier ones are looked for.
SELECT to_char(first, 'YYYY-MM-DD'), to_char(last, 'YYYY-MM-DD'),
       to_char(coalesce(earliest, midnight) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
FROM (
  SELECT greatest(s::date, $2::date) AS first,
         least((s + ('1 ' || $4::text)::interval)::date - 1, $3::date) AS last
  FROM generate_series(date_trunc($4, $2::date::timestamp), $3::date::timestamp,
                       ('1 ' || $4)::interval) AS s
  UNION ALL
  SELECT $3::date + 1, NULL
) AS bucket,
LATERAL (SELECT first::timestamp AT TIME ZONE $1::text AS midnight) AS m,
LATERAL (
  SELECT min(midnight - back) AS earliest
  FROM unnest('{0,30 min,1 h,2 h}'::interval[]) AS back
  WHERE (midnight - back) AT TIME ZONE $1 = first::timestamp
) AS e
ORDER BY first
