"""write_other.py - a schema with every difficulty of names, keys and ways between tables, and
frames over it; the form is that of write_cases.py."""
from write_cases import count, days, is_, metric

SQL = """
CREATE SCHEMA hr;
CREATE TABLE "Customers" ("customerId" int PRIMARY KEY, "fullName" text NOT NULL,
    "countryCode" text);
CREATE TABLE "Addresses" ("addressId" int PRIMARY KEY, "customerId" int NOT NULL
    REFERENCES "Customers", city text NOT NULL);
CREATE TABLE "order" (number int PRIMARY KEY, customer_id int NOT NULL REFERENCES "Customers",
    recipient_customer_id int REFERENCES "Customers", billing_address_id int NOT NULL
    REFERENCES "Addresses", shipping_address_id int NOT NULL REFERENCES "Addresses",
    "group" text NOT NULL, "when" timestamptz NOT NULL, freight double precision);
CREATE TABLE order_line (order_number int REFERENCES "order", line_no int, sku text NOT NULL,
    qty int NOT NULL, "unitPrice" numeric(8,2) NOT NULL, PRIMARY KEY (order_number, line_no));
CREATE TABLE shipment (id int PRIMARY KEY, order_number int NOT NULL, line_no int NOT NULL,
    weight double precision NOT NULL, sent_on date NOT NULL,
    FOREIGN KEY (order_number, line_no) REFERENCES order_line);
CREATE TABLE hr.employee (id int PRIMARY KEY, name text NOT NULL, manager_id int
    REFERENCES hr.employee, salary numeric(10,2) NOT NULL);
CREATE TABLE students (id int PRIMARY KEY, name text NOT NULL, born date NOT NULL);
CREATE TABLE courses (id int PRIMARY KEY, title text NOT NULL, credits int NOT NULL);
CREATE TABLE enrolments (student_id int REFERENCES students, course_id int REFERENCES courses,
    PRIMARY KEY (student_id, course_id));
CREATE TABLE "商品" ("编号" int PRIMARY KEY, "名称" text NOT NULL,
    "价格" numeric(8,2) NOT NULL);

INSERT INTO "Customers" SELECT i, CASE WHEN i IN (3, 4) THEN 'Ann O''Neil' ELSE 'Name ' || i END,
    (ARRAY['DE', 'FR', NULL])[1 + i % 3] FROM generate_series(1, 12) i;
INSERT INTO "Addresses" SELECT i, 1 + i % 12, (ARRAY['Bonn', 'Köln', 'Nice'])[1 + i % 3]
    FROM generate_series(1, 20) i;
INSERT INTO "order" SELECT i, 1 + i % 11, CASE WHEN i % 4 = 0 THEN 1 + i % 7 END, 1 + i % 20,
    1 + i % 13, (ARRAY['a', 'b'])[1 + i % 2], timestamptz '2025-05-01 00:00+00'
    + i * interval '5 hours 30 minutes', i / 3.0 FROM generate_series(1, 200) i;
INSERT INTO order_line SELECT i, n, 'S' || (i + n) % 7, 1 + i % 3, 2.5 * n
    FROM generate_series(1, 200) i, generate_series(1, 2) n;
INSERT INTO shipment SELECT i, 1 + i % 150, 1 + i % 2, i / 7.0, date '2025-05-05' + i % 40
    FROM generate_series(1, 220) i;
INSERT INTO hr.employee SELECT i, 'E' || i, CASE WHEN i > 1 THEN i / 2 END, 1000 + i % 5 * 100
    FROM generate_series(1, 15) i;
INSERT INTO students SELECT i, 'Stud ' || i, date '2000-01-01' + i FROM generate_series(1, 30) i;
INSERT INTO courses SELECT i, 'Course ' || i, i FROM generate_series(1, 6) i;
INSERT INTO enrolments SELECT s, c FROM generate_series(1, 28) s, generate_series(1, 5) c
    WHERE (s + c) % 3 = 0;
INSERT INTO "商品" SELECT i, '名' || i, i * 1.5 FROM generate_series(1, 5) i;
ANALYZE;
"""

HINTS = {
    "format": "nlq-hints/1", "time_zone": "Europe/Berlin", "week_start": "sunday",
    "tables": {"Customers": {"label": "fullName"}, "Addresses": {"label": "city"},
               "order": {"label": "number", "time": "when"},
               "shipment": {"label": "id", "time": "sent_on"},
               "employee": {"label": "name"}, "courses": {"label": "title"},
               "students": {"label": "name"},
               "商品": {"label": "名称"}},
    "metrics": [
        {"name": "turnover", "expr": 'sum(order_line.qty * order_line."unitPrice")',
         "time": '"order"."when"', "additive": True},
        {"name": "freight", "expr": 'sum("order".freight)', "filter": "\"order\".\"group\" = 'a'",
         "time": '"order"."when"', "additive": True},
        {"name": "mean weight", "expr": "avg(weight)", "from": "shipment",
         "time": "shipment.sent_on", "additive": False},
        {"name": "bad", "expr": "sum(order_line.qty); DROP TABLE x", "additive": True},
        {"name": "nested", "expr": "sum(order_line.qty) + (SELECT count(*) FROM order_line)"}],
    "conditions": [{"synonyms": {"en": ["heavy"]}, "table": "shipment",
                    "where": "weight > 20 OR shipment.weight IS NULL"}],
}
BERLIN = """("when" AT TIME ZONE 'Europe/Berlin')"""

OTHER = [
    ("names that must be quoted, two of the same name stay two",
     {"measures": [count("order")], "dimensions": ["Customers"]},
     """SELECT c."fullName", count(*) FROM "order" o JOIN "Customers" c
        ON c."customerId" = o.customer_id GROUP BY c."customerId", c."fullName" """),
    ("the column that is called like its table is the way",
     {"measures": [count("order")], "dimensions": ["Customers.countryCode"]},
     """SELECT c."countryCode", count(*) FROM "order" o JOIN "Customers" c
        ON c."customerId" = o.customer_id GROUP BY 1"""),
    ("another way when it is told",
     {"measures": [count("order")], "dimensions": ["order.recipient_customer_id"]},
     """SELECT c."fullName", count(*) FROM "order" o JOIN "Customers" c
        ON c."customerId" = o.recipient_customer_id GROUP BY c."customerId" """),
    ("two ways that nothing tells apart", {"measures": [count("order")],
                                           "dimensions": ["Addresses.city"]},
     "!there are two ways: over order.billing_address_id, or over order.shipping_address_id"),
    ("one of two ways, told", {"measures": [count("order")],
                               "dimensions": ["order.shipping_address_id"]},
     """SELECT a.city, count(*) FROM "order" o JOIN "Addresses" a
        ON a."addressId" = o.shipping_address_id GROUP BY a."addressId" """),
    ("keys of two columns", {"measures": [{"sum": "shipment.weight"}],
                             "dimensions": ["order_line.sku"]},
     """SELECT l.sku, sum(s.weight) FROM shipment s JOIN order_line l
        ON l.order_number = s.order_number AND l.line_no = s.line_no GROUP BY 1"""),
    ("keys of two columns, from above", {"measures": [metric("turnover")],
                                         "dimensions": ["shipment.sent_on@month"]},
     """SELECT m, sum(qty * "unitPrice") FROM order_line l JOIN (SELECT DISTINCT order_number,
        line_no, date_trunc('month', sent_on)::date AS m FROM shipment) s
        USING (order_number, line_no) GROUP BY 1 ORDER BY 1""", "ordered"),
    ("lines that were not sent", {"measures": [count("order_line")], "filters": [
        {"of": "order_line", "exists": "shipment", "not": True,
         **days("2025-05-10", "2025-05-20")}]},
     """SELECT count(*) FROM order_line l WHERE NOT EXISTS (SELECT 1 FROM shipment s
        WHERE (s.order_number, s.line_no) = (l.order_number, l.line_no)
        AND sent_on BETWEEN '2025-05-10' AND '2025-05-19')"""),
    ("floating point is rounded", {"measures": [metric("freight"), {"avg": "order.freight"}]},
     """SELECT sum(freight) FILTER (WHERE "group" = 'a'), round(avg(freight)::numeric, 2)
        FROM "order" """),
    ("columns without their table, of the metric's", {"measures": [metric("mean weight")]},
     "SELECT round(avg(weight)::numeric, 2) FROM shipment"),
    ("a share of floating point", {"measures": [{"sum": "order.freight"}], "share": True,
                                   "dimensions": ["order.group"]},
     """SELECT "group", sum(freight), round((100 * sum(freight) / (SELECT sum(freight)
        FROM "order"))::numeric, 2) FROM "order" GROUP BY 1"""),
    ("a condition with OR keeps to itself", {"measures": [count("shipment")], "filters": [
        {"condition": "heavy"}, {"of": "shipment.sent_on", "before_day": ["2025-05-12"]}]},
     """SELECT count(*) FROM shipment WHERE (weight > 20 OR weight IS NULL)
        AND sent_on < '2025-05-12'"""),
    ("days of the model's time zone", {"measures": [count("order")],
                                       **days("2025-05-10", "2025-05-12")},
     f"""SELECT count(*) FROM "order" WHERE {BERLIN} >= '2025-05-10'
         AND {BERLIN} < '2025-05-12'"""),
    ("buckets of the model's time zone", {"measures": [count("order")],
                                          "dimensions": ["order.when@day"]},
     f"""SELECT {BERLIN}::date, count(*) FROM "order" GROUP BY 1 ORDER BY 1""", "ordered"),
    ("weeks that begin on Sunday", {"measures": [count("order")],
                                    "dimensions": ["order.when@week"],
                                    **days("2025-05-10", "2025-05-26")},
     f"""SELECT {BERLIN}::date - extract(dow FROM {BERLIN})::int, count(*) FROM "order"
         WHERE {BERLIN} >= '2025-05-10' AND {BERLIN} < '2025-05-26' GROUP BY 1 ORDER BY 1""",
     "ordered"),
    ("another schema, rows of the same table", {"measures": [count("employee")],
                                                "dimensions": ["employee.manager_id"]},
     """SELECT m.name, count(*) FROM hr.employee e JOIN hr.employee m ON m.id = e.manager_id
        GROUP BY m.id, m.name"""),
    ("those who have none below them", {"kind": "list", "table": "employee", "filters": [
        {"of": "employee", "exists": "employee", "not": True}]},
     """SELECT name FROM hr.employee e WHERE NOT EXISTS (SELECT 1 FROM hr.employee x
        WHERE x.manager_id = e.id)"""),
    ("above the average", {"kind": "list", "table": "employee", "filters": [
        {"of": "employee.salary", "above_average": []}]},
     "SELECT name, salary FROM hr.employee WHERE salary > (SELECT avg(salary) FROM hr.employee)"),
    ("over a junction", {"measures": [count("students")], "dimensions": ["courses"]},
     """SELECT c.title, count(*) FROM enrolments e JOIN courses c ON c.id = e.course_id
        GROUP BY c.id"""),
    ("over a junction, with none", {"measures": [count("students")], "dimensions": ["courses"],
                                    "zero": True},
     """SELECT c.title, (SELECT count(*) FROM enrolments e WHERE e.course_id = c.id)
        FROM courses c"""),
    ("a figure over a junction", {"measures": [{"sum": "courses.credits"}],
                                  "dimensions": ["students"], "having": ["more", "5"]},
     """SELECT s.name, sum(c.credits) FROM students s JOIN enrolments e ON e.student_id = s.id
        JOIN courses c ON c.id = e.course_id GROUP BY s.id HAVING sum(c.credits) > 5"""),
    ("who is in one, over a junction", {"kind": "list", "table": "students",
                                        "filters": [is_("courses", "Course 2")]},
     """SELECT name FROM students s JOIN enrolments e ON e.student_id = s.id
        WHERE e.course_id = 2"""),
    ("who is in none", {"kind": "list", "table": "students", "columns": ["students.born"],
                        "filters": [{"of": "students", "exists": "courses", "not": True}]},
     "SELECT name, born FROM students WHERE id NOT IN (SELECT student_id FROM enrolments)"),
    ("rows with the rows below them", {"kind": "list", "table": "students",
                                    "columns": ["courses.title"],
                                    "filters": [{"of": "students.id", "less": ["4"]}]},
     """SELECT s.name, c.title FROM students s LEFT JOIN enrolments e ON e.student_id = s.id
        LEFT JOIN courses c ON c.id = e.course_id WHERE s.id < 4"""),
    ("rows without a parent stay", {"kind": "list", "table": "order", "limit": 5, "ordered": True,
                                    "columns": ["order.recipient_customer_id"],
                                    "order": "order.freight"},
     """SELECT number, "fullName", freight FROM "order" LEFT JOIN "Customers"
        ON "customerId" = recipient_customer_id ORDER BY freight DESC LIMIT 5""", "ordered"),
    ("values with quotes, backslashes and lines", {"measures": [count("Customers")], "filters": [
        {"of": "Customers.fullName", "is": ["Ann O'Neil", "a\\b", "x\ny", "'; DROP TABLE x --"]}]},
     """SELECT count(*) FROM "Customers" WHERE "fullName" = 'Ann O''Neil'"""),
    ("patterns are texts", {"measures": [count("Customers")], "filters": [
        {"of": "Customers.fullName", "contains": ["%"]}]},
     "SELECT 0"),
    ("names in other letters", {"kind": "list", "table": "商品", "columns": ["商品.价格"],
                                "order": "商品.价格", "ordered": True, "limit": 2},
     """SELECT "名称", "价格" FROM "商品" ORDER BY 2 DESC LIMIT 2""", "ordered"),
    ("up and then down says nothing", {"measures": [count("enrolments")],
                                       "dimensions": ["商品"]},
     "!not related"),
    ("up and then down counts nothing", {"measures": [count("shipment")],
                                         "dimensions": ["Addresses.city"]},
     "!two ways"),
    ("an expression that is more than one", {"measures": [metric("bad")]}, "!cannot be taken"),
    ("an expression with a query in it", {"measures": [metric("nested")]}, "!not known"),
    ("a number that is none", {"measures": [count("students")], "filters": [
        {"of": "students.id", "more": ["1 OR true"]}]}, "!is no value of id"),
    ("an average has no parts", {"measures": [metric("mean weight")], "share": True,
                                 "dimensions": ["order_line.sku"]}, "!no parts"),
]
