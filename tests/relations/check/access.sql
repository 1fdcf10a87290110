-- access: a workshop's desktop database: names with spaces and umlauts, 'Order ID', keys on half of the tables.
-- Own definition and generated data; no foreign keys: the truth is in access.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE "Customers" ("Customer ID" int PRIMARY KEY, "Last Name" text, "First Name" text, "Post Code" varchar(5), "Area" int);
CREATE TABLE "Vehicle Makes" ("Make" varchar(12) PRIMARY KEY, "Country" char(2));
CREATE TABLE "Vehicles" ("Plate" varchar(9) PRIMARY KEY, "Customer ID" int NOT NULL, "Make" varchar(12) NOT NULL, "Model Year" int, "Mileage" int);
CREATE TABLE "Mechanics" ("Mechanic ID" int, "Name" text, "Trained By" int, "Bay No" int, "Hourly Rate" int);
CREATE TABLE "Bays" ("Bay No" int PRIMARY KEY, "Lift Type" text);
CREATE TABLE "Orders" ("Order ID" int PRIMARY KEY, "Plate" varchar(9) NOT NULL, "Received" date, "Received By" int, "Priority" int, "Mileage" int);
CREATE TABLE "Order Details" ("Order ID" int NOT NULL, "Line" int NOT NULL, "Part No" varchar(10), "Job Code" varchar(6), "Qty" int, "Price" numeric(9,2), PRIMARY KEY ("Order ID", "Line"));
CREATE TABLE "Parts" ("Part No" varchar(10), "Description" text, "Supplier ID" int, "Replaced By" varchar(10), "Shelf" int, "In Stock" int);
CREATE TABLE "Suppliers" ("Supplier ID" int PRIMARY KEY, "Company" text, "Post Code" varchar(5));
CREATE TABLE "Standard Jobs" ("Job Code" varchar(6) PRIMARY KEY, "Text" text, "Minutes" int);
CREATE TABLE "Work Times" ("Order ID" int NOT NULL, "Line" int NOT NULL, "Mechanic ID" int NOT NULL, "Day" date NOT NULL, "Minutes" int);
CREATE TABLE "Invoices" ("Invoice No" int PRIMARY KEY, "Order ID" int NOT NULL UNIQUE, "Bill To" int NOT NULL, "Amount" numeric(9,2), "Copies" int);
CREATE TABLE "Payments" ("Payment ID" int, "Invoice No" int NOT NULL, "Paid On" date, "Amount" numeric(9,2), "Method" int);
CREATE TABLE "Reminders" ("Invoice No" int NOT NULL, "Level" int NOT NULL, "Sent" date, "Mechanic" int, PRIMARY KEY ("Invoice No", "Level"));
CREATE TABLE "Switchboard Items" ("SwitchboardID" int NOT NULL, "ItemNumber" int NOT NULL, "ItemText" text, "Command" int, PRIMARY KEY ("SwitchboardID", "ItemNumber"));
INSERT INTO "Customers" SELECT 200 + i, _w(2501, i), _w(2502, i), lpad((_h(2503, i, 99999))::text, 5, '0'), 1 + _h(2504, i, 9) FROM generate_series(1, 380) i;
INSERT INTO "Vehicle Makes" SELECT m, 'XX' FROM unnest(ARRAY['Abarth', 'Borgward', 'Cooper', 'DKW', 'Edsel', 'Fisker', 'Goggo', 'Horch', 'Isetta', 'Jensen']) m;
INSERT INTO "Vehicles" SELECT 'K-' || chr(65 + i % 26) || chr(65 + i / 26) || ' ' || 100 + i, 201 + _h(2505, i, 380), (SELECT "Make" FROM "Vehicle Makes" ORDER BY 1 OFFSET _h(2506, i, 10) LIMIT 1), 1990 + _h(2507, i, 34), 1000 * _h(2508, i, 200) FROM generate_series(1, 520) i;
INSERT INTO "Bays" SELECT i, (ARRAY['two post', 'scissor'])[1 + i % 2] FROM generate_series(1, 12) i;
INSERT INTO "Mechanics" SELECT 30 + i, _w(2509, i), CASE WHEN i > 5 AND _h(2510, i, 3) > 0 THEN 31 + _h(2511, i, 5) END, 1 + _h(2512, i, 12), 40 + _h(2513, i, 50) FROM generate_series(1, 26) i;
INSERT INTO "Suppliers" SELECT i * 5, _w(2514, i), lpad((_h(2515, i, 99999))::text, 5, '0') FROM generate_series(1, 40) i;
INSERT INTO "Parts" SELECT 'PN' || lpad((i * 43)::text, 7, '0'), _w(2516, i), CASE WHEN _h(2517, i, 9) > 0 THEN 5 * (1 + _h(2518, i, 40)) END, CASE WHEN i > 30 AND _h(2519, i, 9) = 0 THEN 'PN' || lpad(((1 + _h(2520, i, i - 1)) * 43)::text, 7, '0') END, 1 + _h(2521, i, 60), _h(2522, i, 50) FROM generate_series(1, 600) i;
INSERT INTO "Standard Jobs" SELECT 'J' || lpad((i * 9)::text, 4, '0'), _w(2523, i), 15 * (1 + _h(2524, i, 12)) FROM generate_series(1, 70) i;
INSERT INTO "Orders" SELECT 8000 + i, (SELECT "Plate" FROM "Vehicles" ORDER BY 1 OFFSET _h(2525, i, 520) LIMIT 1), _d(2526, i), CASE WHEN _h(2527, i, 8) > 0 THEN 31 + _h(2528, i, 26) END, 1 + _h(2529, i, 3), 1000 * _h(2530, i, 200) FROM generate_series(1, 800) i;
INSERT INTO "Order Details" SELECT 8000 + i, k, CASE WHEN k % 2 = 1 THEN 'PN' || lpad(((1 + _h(2531, i * 4 + k, 600)) * 43)::text, 7, '0') END, CASE WHEN k % 2 = 0 THEN 'J' || lpad(((1 + _h(2532, i * 4 + k, 70)) * 9)::text, 4, '0') END, 1 + _h(2533, i * 4 + k, 5), 5 + _h(2534, i * 4 + k, 500) FROM generate_series(1, 800) i, generate_series(1, 4) k WHERE k <= 1 + _h(2535, i, 4);
INSERT INTO "Work Times" SELECT "Order ID", "Line", 31 + _h(2536, "Order ID" * 4 + "Line", 26), _d(2537, "Order ID"), 15 * (1 + _h(2538, "Order ID" + "Line", 12)) FROM "Order Details" WHERE "Line" % 2 = 0;
INSERT INTO "Invoices" SELECT 40000 + i, 8000 + i, 201 + _h(2539, i, 380), 50 + _h(2540, i, 3000), 1 FROM generate_series(1, 800) i WHERE _h(2541, i, 5) > 0;
INSERT INTO "Payments" SELECT row_number() OVER (ORDER BY "Invoice No"), "Invoice No", _d(2542, "Invoice No"), "Amount", 1 + _h(2543, "Invoice No", 4) FROM "Invoices" WHERE _h(2544, "Invoice No", 7) > 0;
INSERT INTO "Reminders" SELECT "Invoice No", l, _d(2545, "Invoice No") + l * 14, NULL FROM "Invoices", generate_series(1, 3) l WHERE l <= _h(2546, "Invoice No", 4) - 1;
INSERT INTO "Switchboard Items" SELECT s, n, _w(2547, s * 9 + n), 1 + _h(2548, s * 9 + n, 8) FROM generate_series(1, 3) s, generate_series(1, 7) n;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
