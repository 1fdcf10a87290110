-- Removes old rows about the use of language models. $1 namespace, $2 age in ms, $3 at most.
WITH gone AS (
  DELETE FROM quern.llm_usage
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM quern.llm_usage
    WHERE namespace = $1 AND at < now() - $2::bigint * interval '1 millisecond'
    ORDER BY at LIMIT $3::bigint FOR UPDATE SKIP LOCKED))
  RETURNING 1)
SELECT count(*) FROM gone
