-- The products that are asked for most: those named, and so many by popularity. $1 how many,
-- $2 ids. Gives id and the product as JSON. How many are in stock is not in it: that changes
-- with each order.
SELECT p.id::text,
       json_build_object('id', p.id, 'category_id', p.category_id, 'sku', p.sku, 'name', p.name,
                         'price', p.price::text, 'popularity', p.popularity)::text
FROM products p
WHERE p.id = ANY ($2::bigint[])
   OR p.id IN (SELECT id FROM products WHERE is_active ORDER BY popularity DESC, id LIMIT $1::int)
ORDER BY p.popularity DESC, p.id
