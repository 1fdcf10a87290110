-- Rows of quern.once that would be removed. $1 namespace, $2 age in ms.
SELECT count(*) FROM quern.once
WHERE namespace = $1 AND done_at < now() - $2::bigint * interval '1 millisecond'
