-- One at a time: who comes later shall count later, and write later.
SELECT pg_advisory_xact_lock(hashtextextended('quern products.sync_popularity', 0))
