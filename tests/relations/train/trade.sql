-- trade: an import house, in the style of Northwind: text keys, a key that is named after its role.
-- Own definition and generated data; no foreign keys: the truth is in trade.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE categories (category_id smallint PRIMARY KEY, category_name varchar(15) NOT NULL, description text);
CREATE TABLE suppliers (supplier_id smallint PRIMARY KEY, company_name text NOT NULL, contact_name text, contact_title text, city text, country text, phone text, fax text);
CREATE TABLE products (product_id smallint PRIMARY KEY, product_name text NOT NULL, supplier_id smallint, category_id smallint, quantity_per_unit text, unit_price real, units_in_stock smallint, units_on_order smallint, reorder_level smallint, discontinued int NOT NULL);
CREATE TABLE customers (customer_id varchar(5) PRIMARY KEY, company_name text NOT NULL, contact_name text, city text, region text, postal_code text, country text);
CREATE TABLE employees (employee_id smallint PRIMARY KEY, last_name text NOT NULL, first_name text NOT NULL, title text, birth_date date, hire_date date, extension varchar(4), reports_to smallint, photo_path text);
CREATE TABLE shippers (shipper_id smallint PRIMARY KEY, company_name text NOT NULL, phone text);
CREATE TABLE orders (order_id int PRIMARY KEY, customer_id varchar(5), employee_id smallint, order_date date, required_date date, shipped_date date, ship_via smallint, freight real, ship_name text, ship_city text, ship_region text, ship_postal_code text, ship_country text);
CREATE TABLE order_details (order_id int NOT NULL, product_id smallint NOT NULL, unit_price real NOT NULL, quantity smallint NOT NULL, discount real NOT NULL, PRIMARY KEY (order_id, product_id));
CREATE TABLE region (region_id smallint PRIMARY KEY, region_description text NOT NULL);
CREATE TABLE territories (territory_id varchar(20) PRIMARY KEY, territory_description text NOT NULL, region_id smallint NOT NULL);
CREATE TABLE employee_territories (employee_id smallint NOT NULL, territory_id varchar(20) NOT NULL, PRIMARY KEY (employee_id, territory_id));
CREATE TABLE customer_demographics (customer_type_id varchar(10) PRIMARY KEY, customer_desc text);
CREATE TABLE customer_customer_demo (customer_id varchar(5) NOT NULL, customer_type_id varchar(10) NOT NULL, PRIMARY KEY (customer_id, customer_type_id));
CREATE TABLE us_states (state_id smallint PRIMARY KEY, state_name text, state_abbr varchar(2), state_region varchar(50));
INSERT INTO categories SELECT i, 'Cat ' || _w(101, i), _w(102, i) || ', ' || lower(_w(103, i)) || ' and more' FROM generate_series(1, 8) i;
INSERT INTO suppliers SELECT i, _w(104, i) || ' Ltd', _w(105, i) || ' ' || _w(106, i), 'Sales Manager', _w(107, _h(108, i, 20)), _w(109, _h(110, i, 9)), '(0' || _h(111, i, 900) || ') 555-' || _h(112, i, 9000), NULL FROM generate_series(1, 29) i;
INSERT INTO products SELECT i, _w(113, i) || ' ' || lower(_w(114, i)), 1 + _h(115, i, 29), 1 + _h(116, i, 8), (1 + _h(117, i, 24)) || ' boxes', 5 + _h(118, i, 900) / 10.0, _h(119, i, 120), _h(120, i, 4) * 20, _h(121, i, 7) * 5, _h(122, i, 10) / 9 FROM generate_series(1, 77) i;
INSERT INTO customers SELECT upper(substr(md5('c' || i), 1, 2) || chr(65 + i % 26) || chr(65 + i / 26) || chr(65 + i % 7)), _w(123, i) || ' GmbH', _w(124, i) || ' ' || _w(125, i), _w(126, _h(127, i, 25)), CASE WHEN _h(128, i, 3) = 0 THEN 'R' || _h(129, i, 9) END, (10000 + _h(130, i, 80000))::text, _w(109, _h(131, i, 12)) FROM generate_series(1, 91) i;
INSERT INTO employees SELECT i, _w(132, i), _w(133, i), 'Representative', date '1960-01-01' + _h(134, i, 9000), _d(135, i), (400 + _h(136, i, 5000))::text, CASE WHEN i NOT IN (2, 5) THEN CASE WHEN i < 6 THEN 2 ELSE 5 END END, 'http://pictures/' || i FROM generate_series(1, 9) i;
INSERT INTO shippers SELECT i, _w(137, i) || ' Express', '(503) 555-' || 1000 + _h(138, i, 9000) FROM generate_series(1, 3) i;
INSERT INTO orders SELECT 10247 + i, (SELECT customer_id FROM customers ORDER BY customer_id OFFSET _h(139, i, 89) LIMIT 1), 1 + _h(140, i, 9), _d(141, i / 2), _d(141, i / 2) + 28, CASE WHEN _h(142, i, 30) > 0 THEN _d(141, i / 2) + _h(143, i, 20) END, 1 + _h(144, i, 3), _h(145, i, 9000) / 10.0, _w(146, i), _w(126, _h(147, i, 25)), CASE WHEN _h(148, i, 3) = 0 THEN 'R' || _h(149, i, 9) END, (10000 + _h(150, i, 80000))::text, _w(109, _h(151, i, 12)) FROM generate_series(1, 830) i;
INSERT INTO order_details SELECT 10247 + i, 1 + (_h(152, i, 77) + k * 11) % 77, 5 + _h(153, i * 4 + k, 900) / 10.0, 1 + _h(154, i * 4 + k, 60), (_h(155, i * 4 + k, 5) * 5) / 100.0 FROM generate_series(1, 830) i, generate_series(1, 4) k WHERE k <= 1 + _h(156, i, 4);
INSERT INTO region SELECT i, (ARRAY['Eastern', 'Western', 'Northern', 'Southern'])[i] FROM generate_series(1, 4) i;
INSERT INTO territories SELECT lpad((1500 + i * 397)::text, 5, '0'), _w(157, i), 1 + _h(158, i, 4) FROM generate_series(1, 53) i;
INSERT INTO employee_territories SELECT DISTINCT 1 + _h(159, i, 9), lpad((1500 + i * 397)::text, 5, '0') FROM generate_series(1, 49) i;
INSERT INTO customer_demographics SELECT t, 'Customers of type ' || t FROM unnest(ARRAY['WHOLE', 'RETAIL', 'GASTRO', 'EXPORT']) t;
INSERT INTO customer_customer_demo SELECT customer_id, (ARRAY['WHOLE', 'RETAIL', 'GASTRO'])[1 + _h(160, ascii(customer_id) * 7 + ascii(substr(customer_id, 3)), 3)] FROM customers WHERE _h(161, ascii(substr(customer_id, 2)), 3) > 0;
INSERT INTO us_states SELECT i, _w(162, i), chr(65 + i % 26) || chr(65 + i * 7 % 26), (ARRAY['east', 'west', 'north', 'south', 'midwest'])[1 + _h(163, i, 5)] FROM generate_series(1, 51) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
