-- Rows about the use of language models that would be removed. $1 namespace, $2 age in ms.
SELECT count(*) FROM quern.llm_usage
WHERE namespace = $1 AND at < now() - $2::bigint * interval '1 millisecond'
