-- Products that may be hot. $1 how many. Gives ids.
SELECT id::text FROM products WHERE is_active ORDER BY popularity DESC, id LIMIT $1::int
