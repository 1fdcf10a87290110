-- Which tables quern-worker migrate has made.
SELECT to_regclass('quern.once') IS NOT NULL, to_regclass('quern.llm_usage') IS NOT NULL
