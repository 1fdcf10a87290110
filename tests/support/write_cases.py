"""write_cases.py - frames, and the statements that people would write for them."""


def is_(of, *values, **more):
    return {"of": of, "is": list(values), **more}


def metric(name):
    return {"metric": name}


def count(table):
    return {"count": table}


def days(begin, end=""):
    return {"from": begin, "to": end}


PAID = "o.status IN ('paid', 'shipped')"

# What is guaranteed, the frame ("kind" measure unless it says so), the same by hand; "ordered"
# where the order of rows matters. "!text" for a statement: it is refused, with that text.
SHOP = [
    # one figure, by a dimension, in a period, with filters
    ("rows", {"measures": [count("users")]}, "SELECT count(*) FROM users"),
    ("a metric has its filter", {"measures": [metric("revenue")]},
     f"SELECT sum(total_amount) FROM orders o WHERE {PAID}"),
    ("averages have two decimals", {"measures": [metric("avg_order_value")]},
     f"SELECT round(avg(total_amount), 2) FROM orders o WHERE {PAID}"),
    ("a metric by a dimension of a parent", {"measures": [metric("revenue")],
                                             "dimensions": ["users.country"]},
     f"""SELECT u.country, sum(o.total_amount) FROM orders o JOIN users u ON u.id = o.user_id
         WHERE {PAID} GROUP BY 1"""),
    ("a metric by things", {"measures": [metric("avg_rating")], "dimensions": ["categories"]},
     """SELECT c.name, round(avg(r.rating), 2) FROM reviews r JOIN products p ON p.id = r.product_id
        JOIN categories c ON c.id = p.category_id GROUP BY c.id, c.name"""),
    ("the first five", {"measures": [metric("revenue")], "dimensions": ["products"],
                        "ordered": True, "limit": 5},
     f"""SELECT p.name, sum(i.quantity * i.unit_price) FROM order_items i
         JOIN orders o ON o.id = i.order_id JOIN products p ON p.id = i.product_id WHERE {PAID}
         GROUP BY p.id, p.name ORDER BY 2 DESC LIMIT 5""", "ordered"),
    ("the last three", {"measures": [metric("units_sold")], "dimensions": ["categories"],
                        "ordered": True, "ascending": True, "limit": 3},
     f"""SELECT c.name, sum(i.quantity) FROM order_items i JOIN orders o ON o.id = i.order_id
         JOIN products p ON p.id = i.product_id JOIN categories c ON c.id = p.category_id
         WHERE {PAID} GROUP BY c.id, c.name ORDER BY 2 LIMIT 3""", "ordered"),
    ("a period", {"measures": [metric("revenue")], **days("2025-05-01", "2025-06-01")},
     f"""SELECT sum(total_amount) FROM orders o WHERE {PAID} AND created_at >= '2025-05-01'
         AND created_at < '2025-06-01'"""),
    ("values", {"measures": [count("orders")], "filters": [is_("users.city", "Berlin"),
                                                           is_("orders.channel", "app", "web")]},
     """SELECT count(*) FROM orders o JOIN users u ON u.id = o.user_id WHERE u.city = 'Berlin'
        AND o.channel IN ('app', 'web')"""),
    ("numbers", {"measures": [count("orders")], "filters": [
        {"of": "orders.total_amount", "between": ["200", "500"]}]},
     "SELECT count(*) FROM orders WHERE total_amount BETWEEN 200 AND 500"),
    ("rows with columns", {"kind": "list", "table": "products", "columns": ["products.price"],
                           "filters": [is_("categories", "Kitchen")]},
     """SELECT p.name, p.price FROM products p JOIN categories c ON c.id = p.category_id
        WHERE c.name = 'Kitchen'"""),
    ("the newest rows", {"kind": "list", "table": "users", "ordered": True, "limit": 5},
     "SELECT name, created_at FROM users ORDER BY created_at DESC LIMIT 5", "ordered"),
    ("values that occur", {"kind": "distinct", "table": "users", "columns": ["users.country"]},
     "SELECT DISTINCT country FROM users"),
    ("groups with more than", {"measures": [count("orders")], "dimensions": ["users"],
                               "having": ["more", "30"]},
     """SELECT u.name, count(*) FROM orders o JOIN users u ON u.id = o.user_id GROUP BY u.id
        HAVING count(*) > 30"""),
    ("rows without others", {"kind": "list", "table": "products", "filters": [
        {"of": "products", "exists": "reviews", "not": True}]},
     "SELECT name FROM products WHERE id NOT IN (SELECT product_id FROM reviews)"),
    ("a rate of the model", {"measures": [metric("cancellation_rate")]},
     "SELECT round(100.0 * avg((status = 'cancelled')::int), 2) FROM orders"),
    ("shares", {"measures": [metric("revenue")], "dimensions": ["orders.channel"], "share": True},
     f"""SELECT channel, sum(total_amount), round(100 * sum(total_amount) / (SELECT
         sum(total_amount) FROM orders o WHERE {PAID}), 2) FROM orders o WHERE {PAID}
         GROUP BY 1"""),
    ("a comparison is one row", {"kind": "compare", "measures": [metric("revenue")],
                                 **days("2025-06-01", "2025-07-01"),
                                 "before": ["2025-05-01", "2025-06-01"]},
     f"""SELECT a, b, a - b, round(100 * (a - b) / b, 2) FROM (SELECT sum(total_amount) FILTER
         (WHERE created_at >= '2025-06-01') AS a, sum(total_amount) FILTER (WHERE
         created_at >= '2025-05-01' AND created_at < '2025-06-01') AS b FROM orders o
         WHERE {PAID}) x"""),
    ("two dimensions, one of time", {"measures": [metric("revenue")], "dimensions": [
        "orders.channel", "orders.created_at@month"], **days("2025-01-01", "2025-07-01")},
     f"""SELECT channel, date_trunc('month', created_at)::date, sum(total_amount) FROM orders o
         WHERE {PAID} AND created_at >= '2025-01-01' GROUP BY 1, 2"""),
    ("the first of each group", {"measures": [metric("revenue")], "per": 0, "limit": 1,
                                 "dimensions": ["users.city", "users"], "ordered": True},
     f"""SELECT DISTINCT ON (u.city) u.city, u.name, sum(o.total_amount) FROM orders o
         JOIN users u ON u.id = o.user_id WHERE {PAID} GROUP BY u.id ORDER BY 1, 3 DESC, u.id"""),
    ("above the average of all rows", {"measures": [count("products")], "filters": [
        {"of": "products.price", "above_average": []}]},
     "SELECT count(*) FROM products WHERE price > (SELECT avg(price) FROM products)"),
    ("the highest value", {"measures": [{"max": "products.price"}]},
     "SELECT max(price) FROM products"),
    # nothing is counted twice
    ("orders by category: an order counts once in each category",
     {"measures": [count("orders")], "dimensions": ["categories"]},
     """SELECT c.name, count(DISTINCT o.id) FROM orders o JOIN order_items i ON i.order_id = o.id
        JOIN products p ON p.id = i.product_id JOIN categories c ON c.id = p.category_id
        GROUP BY c.id, c.name"""),
    ("a metric without an item form by the rows below",
     {"measures": [metric("avg_order_value")], "dimensions": ["categories"]},
     f"""SELECT name, round(avg(total_amount), 2) FROM (SELECT DISTINCT c.id, c.name, o.id,
         o.total_amount FROM orders o JOIN order_items i ON i.order_id = o.id
         JOIN products p ON p.id = i.product_id JOIN categories c ON c.id = p.category_id
         WHERE {PAID}) x GROUP BY x.name"""),
    ("a filter below a bridge is about the same rows",
     {"measures": [count("orders")], "dimensions": ["products"],
      "filters": [is_("categories", "Books"), {"of": "order_items.quantity", "more": ["1"]}]},
     """SELECT p.name, count(DISTINCT i.order_id) FROM order_items i
        JOIN products p ON p.id = i.product_id JOIN categories c ON c.id = p.category_id
        WHERE c.name = 'Books' AND i.quantity > 1 GROUP BY p.id, p.name"""),
    ("filters below the rows that are counted",
     {"measures": [count("users")], "filters": [is_("orders.channel", "app"),
                                                is_("orders.status", "refunded")]},
     """SELECT count(*) FROM users u WHERE EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id
        AND o.channel = 'app' AND o.status = 'refunded')"""),
    ("not a filter below",
     {"measures": [count("users")], "filters": [is_("orders.channel", "app", **{"not": True})]},
     """SELECT count(*) FROM users u WHERE NOT EXISTS (SELECT 1 FROM orders o
        WHERE o.user_id = u.id AND o.channel = 'app')"""),
    ("revenue of a product is that of its items",
     {"measures": [metric("revenue")], "filters": [is_("categories", "Books", "Toys")]},
     f"""SELECT sum(i.quantity * i.unit_price) FROM order_items i JOIN orders o ON o.id = i.order_id
         JOIN products p ON p.id = i.product_id JOIN categories c ON c.id = p.category_id
         WHERE {PAID} AND c.name IN ('Books', 'Toys')"""),
    ("buyers of each month count once a month",
     {"measures": [count("users")], "dimensions": ["orders.created_at@month"],
      "time": "orders.created_at", **days("2025-01-01", "2025-07-01")},
     """SELECT date_trunc('month', created_at)::date, count(DISTINCT user_id) FROM orders
        WHERE created_at >= '2025-01-01' AND created_at < '2025-07-01' GROUP BY 1 ORDER BY 1"""),
    # several figures
    ("figures of two kinds of rows",
     {"measures": [metric("revenue"), metric("new_users")], **days("2025-05-01", "2025-06-01")},
     f"""SELECT (SELECT sum(total_amount) FROM orders o WHERE {PAID} AND created_at >= '2025-05-01'
         AND created_at < '2025-06-01'), (SELECT count(*) FROM users
         WHERE created_at >= '2025-05-01' AND created_at < '2025-06-01')"""),
    ("figures of two kinds of rows by a dimension",
     {"measures": [count("orders"), count("reviews")], "dimensions": ["products"],
      "filters": [is_("categories", "Toys")]},
     """SELECT p.name, (SELECT count(DISTINCT order_id) FROM order_items i
        WHERE i.product_id = p.id), (SELECT count(*) FROM reviews r WHERE r.product_id = p.id)
        FROM products p JOIN categories c ON c.id = p.category_id WHERE c.name = 'Toys'"""),
    ("figures of the same rows with other filters",
     {"measures": [metric("revenue"), metric("order_count")], "dimensions": ["orders.channel"]},
     f"""SELECT channel, sum(total_amount) FILTER (WHERE {PAID}), count(*) FROM orders o
         GROUP BY channel"""),
    ("a trend of two figures, each by its own time",
     {"measures": [metric("order_count"), metric("new_users")],
      "dimensions": ["orders.created_at@month"], **days("2025-01-01", "2025-04-01")},
     """SELECT m::date, (SELECT count(*) FROM orders WHERE date_trunc('month', created_at) = m),
        (SELECT count(*) FROM users WHERE date_trunc('month', created_at) = m)
        FROM generate_series(timestamp '2025-01-01', '2025-03-01', '1 month') m ORDER BY 1""",
     "ordered"),
    # time
    ("a trend over all data",
     {"measures": [metric("revenue")], "dimensions": ["orders.created_at@month"]},
     f"""SELECT date_trunc('month', created_at)::date, sum(total_amount) FROM orders o WHERE {PAID}
         GROUP BY 1 ORDER BY 1""", "ordered"),
    ("days without rows are there with 0",
     {"measures": [count("orders")], "dimensions": ["orders.created_at@day"],
      "filters": [is_("orders.status", "refunded")], **days("2025-06-01", "2025-07-01")},
     """SELECT d::date, (SELECT count(*) FROM orders WHERE status = 'refunded'
        AND created_at::date = d::date) FROM generate_series(timestamp '2025-06-01',
        timestamp '2025-06-30', interval '1 day') d ORDER BY 1""", "ordered"),
    ("a trend ends today",
     {"measures": [count("orders")], "dimensions": ["orders.created_at@month"],
      **days("2025-05-01", "2026-01-01")},
     """SELECT date_trunc('month', created_at)::date, count(*) FROM orders
        WHERE created_at >= '2025-05-01' GROUP BY 1 ORDER BY 1""", "ordered"),
    ("weeks begin on Monday",
     {"measures": [count("orders")], "dimensions": ["orders.created_at@week"],
      **days("2025-06-04", "2025-06-19")},
     """SELECT date_trunc('week', created_at)::date, count(*) FROM orders
        WHERE created_at >= '2025-06-04' AND created_at < '2025-06-19' GROUP BY 1 ORDER BY 1""",
     "ordered"),
    ("hours of a day",
     {"measures": [count("orders")], "dimensions": ["orders.created_at@hour"],
      **days("2025-06-29", "2025-06-30")},
     """SELECT h, (SELECT count(*) FROM orders WHERE date_trunc('hour', created_at) = h)
        FROM generate_series(timestamp '2025-06-29', timestamp '2025-06-29 23:00',
        interval '1 hour') h ORDER BY 1""", "ordered"),
    ("weekdays", {"measures": [count("orders")], "dimensions": ["orders.created_at@weekday"]},
     "SELECT extract(isodow FROM created_at)::int, count(*) FROM orders GROUP BY 1 ORDER BY 1",
     "ordered"),
    ("the best months", {"measures": [metric("revenue")], "ordered": True, "limit": 3,
                         "dimensions": ["orders.created_at@month"]},
     f"""SELECT date_trunc('month', created_at)::date, sum(total_amount) FROM orders o WHERE {PAID}
         GROUP BY 1 ORDER BY 2 DESC LIMIT 3""", "ordered"),
    ("a day as a value", {"measures": [count("orders")],
                          "filters": [is_("orders.created_at", "2025-06-12")]},
     "SELECT count(*) FROM orders WHERE created_at::date = '2025-06-12'"),
    ("until a day, the day included", {"measures": [count("orders")], "filters": [
        {"of": "orders.created_at", "at_most": ["2024-03-05"]}]},
     "SELECT count(*) FROM orders WHERE created_at < '2024-03-06'"),
    ("between days, both included", {"measures": [count("orders")], "filters": [
        {"of": "orders.created_at", "between": ["2024-03-05", "2024-03-07"]}]},
     "SELECT count(*) FROM orders WHERE created_at >= '2024-03-05' AND created_at < '2024-03-08'"),
    # rates, shares, comparisons
    ("a rate of values", {"measures": [metric("order_count")],
                          "part": [is_("orders.channel", "app")]},
     "SELECT round(100.0 * avg((channel = 'app')::int), 2) FROM orders"),
    ("a rate of money by a dimension", {"measures": [metric("revenue")],
                                        "dimensions": ["users.country"],
                                        "part": [is_("orders.channel", "app", "web")]},
     f"""SELECT u.country, round(100 * sum(CASE WHEN o.channel <> 'store' THEN o.total_amount END)
         / sum(o.total_amount), 2) FROM orders o JOIN users u ON u.id = o.user_id WHERE {PAID}
         GROUP BY 1"""),
    ("a rate of rows that have others", {"measures": [count("users")], "part": [
        {"of": "users", "exists": "reviews"}]},
     """SELECT round(100.0 * count(*) / (SELECT count(*) FROM users), 2) FROM users u
        WHERE id IN (SELECT user_id FROM reviews)"""),
    ("a comparison by a dimension", {"kind": "compare", "measures": [metric("order_count")],
                                     "dimensions": ["orders.channel"],
                                     **days("2025-06-01", "2025-07-01"),
                                     "before": ["2025-05-01", "2025-06-01"]},
     """SELECT channel, a, b, a - b, round(100.0 * (a - b) / b, 2) FROM (SELECT channel,
        count(*) FILTER (WHERE created_at >= '2025-06-01') AS a,
        count(*) FILTER (WHERE created_at < '2025-06-01' AND created_at >= '2025-05-01') AS b
        FROM orders GROUP BY channel) x"""),
    ("a comparison of a rate", {"kind": "compare", "measures": [metric("cancellation_rate")],
                                **days("2025-01-01", "2025-07-01"),
                                "before": ["2024-01-01", "2024-07-01"]},
     """SELECT round(a, 2), round(b, 2), round(a - b, 2), round(100 * (a - b) / b, 2) FROM (SELECT
        100.0 * avg((status = 'cancelled')::int) FILTER (WHERE created_at >= '2025-01-01') AS a,
        100.0 * avg((status = 'cancelled')::int) FILTER (WHERE created_at < '2024-07-01') AS b
        FROM orders) x"""),
    # groups
    ("how many groups", {"measures": [count("orders")], "dimensions": ["users"],
                         "having": ["at_least", "20"], "fold": "count"},
     """SELECT count(*) FROM (SELECT user_id FROM orders GROUP BY user_id
        HAVING count(*) >= 20) x"""),
    ("the average of groups", {"measures": [metric("order_count")], "dimensions": ["users"],
                               "fold": "avg"},
     "SELECT round(avg(n), 2) FROM (SELECT count(*) AS n FROM orders GROUP BY user_id) x"),
    ("groups above the average", {"measures": [metric("revenue")], "dimensions": ["users.city"],
                                  "having": ["more"], "having_average": True},
     f"""WITH x AS (SELECT u.city, sum(o.total_amount) AS r FROM orders o
         JOIN users u ON u.id = o.user_id WHERE {PAID} GROUP BY 1)
         SELECT city, r FROM x WHERE r > (SELECT avg(r) FROM x)"""),
    ("things without rows have 0", {"measures": [count("orders")], "dimensions": ["users"],
                                    "zero": True, "filters": [is_("users.city", "Paris")]},
     """SELECT u.name, (SELECT count(*) FROM orders o WHERE o.user_id = u.id) FROM users u
        WHERE u.city = 'Paris'"""),
    ("few, also none", {"measures": [count("reviews")], "dimensions": ["products"], "zero": True,
                        "having": ["less", "2"]},
     """SELECT p.name, count(r.id) FROM products p LEFT JOIN reviews r ON r.product_id = p.id
        GROUP BY p.id, p.name HAVING count(r.id) < 2"""),
    ("the second best", {"measures": [metric("units_sold")], "dimensions": ["products"],
                         "ordered": True, "limit": 1, "offset": 1},
     f"""SELECT p.name, sum(i.quantity) FROM order_items i JOIN orders o ON o.id = i.order_id
         JOIN products p ON p.id = i.product_id WHERE {PAID} GROUP BY p.id, p.name
         ORDER BY 2 DESC LIMIT 1 OFFSET 1"""),
    ("shares within a group", {"measures": [count("users")], "share": True, "per": 0,
                               "dimensions": ["users.country", "users.city"]},
     """SELECT country, city, count(*), round(100.0 * count(*) / sum(count(*))
        OVER (PARTITION BY country), 2) FROM users GROUP BY 1, 2"""),
    # rows
    ("who bought what", {"kind": "list", "table": "users", "filters": [
        {"of": "users", "exists": "orders", "inner": [is_("categories", "Garden")],
         **days("2025-06-15", "2025-06-20")}]},
     """SELECT u.name FROM users u WHERE id IN (SELECT o.user_id FROM orders o
        JOIN order_items i ON i.order_id = o.id JOIN products p ON p.id = i.product_id
        JOIN categories c ON c.id = p.category_id WHERE c.name = 'Garden'
        AND o.created_at >= '2025-06-15' AND o.created_at < '2025-06-20')"""),
    ("who never did over a way of two steps", {"kind": "list", "table": "products", "filters": [
        {"of": "products", "exists": "orders", "not": True, **days("2025-06-01", "2025-07-01")}]},
     """SELECT p.name FROM products p WHERE NOT EXISTS (SELECT 1 FROM order_items i
        JOIN orders o ON o.id = i.order_id WHERE i.product_id = p.id
        AND o.created_at >= '2025-06-01' AND o.created_at < '2025-07-01')"""),
    ("rows with columns of others", {"kind": "list", "table": "reviews",
                                     "columns": ["products.name", "users", "reviews.rating"],
                                     "filters": [{"condition": "one-star"}], "limit": 3,
                                     "order": "reviews.created_at", "ordered": True},
     """SELECT r.id, p.name, u.name, r.rating, r.created_at FROM reviews r
        JOIN products p ON p.id = r.product_id JOIN users u ON u.id = r.user_id
        WHERE r.rating = 1 ORDER BY r.created_at DESC LIMIT 3""", "ordered"),
    ("the dearest of each group", {"kind": "list", "table": "products", "per": 0,
                                   "dimensions": ["categories"], "order": "products.price",
                                   "ordered": True},
     """SELECT DISTINCT ON (c.name) c.name, p.name, p.price FROM products p
        JOIN categories c ON c.id = p.category_id ORDER BY c.name, p.price DESC, p.id"""),
    ("values that occur elsewhere", {"kind": "distinct", "table": "orders",
                                     "columns": ["users.country"],
                                     "filters": [is_("orders.status", "refunded")]},
     """SELECT DISTINCT u.country FROM orders o JOIN users u ON u.id = o.user_id
        WHERE o.status = 'refunded'"""),
    ("flags", {"measures": [count("products")],
               "filters": [is_("products.is_active", "true", **{"not": True})]},
     "SELECT count(*) FROM products WHERE NOT is_active"),
    ("empty", {"measures": [count("users")], "filters": [{"of": "users.phone", "empty": []}]},
     "SELECT count(*) FROM users WHERE phone IS NULL"),
    ("a part of a text", {"kind": "list", "table": "products", "filters": [
        {"of": "products.name", "contains": ["garden"]}]},
     "SELECT name FROM products WHERE name ILIKE '%garden%'"),
    ("below the average", {"measures": [count("orders")], "filters": [
        {"of": "orders.total_amount", "below_average": []}]},
     "SELECT count(*) FROM orders WHERE total_amount < (SELECT avg(total_amount) FROM orders)"),
    ("conditions of the model, negated", {"measures": [count("products")], "filters": [
        {"condition": "in stock", "not": True}]},
     "SELECT count(*) FROM products WHERE NOT (stock > 0)"),
    ("different values", {"measures": [{"count_distinct": "orders.user_id"}],
                          **days("2025-06-01", "2025-07-01")},
     "SELECT count(DISTINCT user_id) FROM orders WHERE created_at >= '2025-06-01'"),
    ("a foreign key stands for its row", {"measures": [count("reviews")],
                                          "dimensions": ["reviews.product_id"], "ordered": True,
                                          "limit": 3},
     """SELECT p.name, count(*) FROM reviews r JOIN products p ON p.id = r.product_id
        GROUP BY p.id, p.name ORDER BY 2 DESC, p.id LIMIT 3""", "ordered"),
]
