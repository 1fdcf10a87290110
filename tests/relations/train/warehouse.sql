-- warehouse: a star schema: surrogate keys, dates as numbers like 20230131, roles of one dimension, an order number that has no table.
-- Own definition and generated data; no foreign keys: the truth is in warehouse.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE dim_date (date_key int PRIMARY KEY, full_date date NOT NULL UNIQUE, year smallint, quarter smallint, month smallint, week_of_year smallint, day_of_week smallint, is_holiday boolean);
CREATE TABLE dim_customer (customer_key int PRIMARY KEY, customer_code varchar(12) NOT NULL, customer_name text, segment text, geography_key int, valid_from date, valid_to date, is_current boolean);
CREATE TABLE dim_geography (geography_key int PRIMARY KEY, city text, postal_code text, country_code char(2), region_name text);
CREATE TABLE dim_product (product_key int PRIMARY KEY, sku varchar(12) NOT NULL UNIQUE, product_name text, subcategory_key int, list_price numeric(10,2), weight_g int);
CREATE TABLE dim_product_subcategory (subcategory_key int PRIMARY KEY, subcategory_name text, category_key int NOT NULL);
CREATE TABLE dim_product_category (category_key int PRIMARY KEY, category_name text);
CREATE TABLE dim_store (store_key int PRIMARY KEY, store_code varchar(6) UNIQUE, store_name text, geography_key int, opened_date_key int, square_meters int, floor_count int);
CREATE TABLE dim_employee (employee_key int PRIMARY KEY, employee_number int, full_name text, manager_employee_key int, store_key int, grade int);
CREATE TABLE dim_promotion (promotion_key int PRIMARY KEY, promotion_name text, discount_pct int);
CREATE TABLE dim_currency (currency_key int PRIMARY KEY, currency_code char(3) UNIQUE, decimals int);
CREATE TABLE fact_sales (sales_key bigint PRIMARY KEY, order_number varchar(12) NOT NULL, order_line_number smallint NOT NULL, order_date_key int NOT NULL, due_date_key int NOT NULL, ship_date_key int, customer_key int NOT NULL, product_key int NOT NULL, store_key int NOT NULL, employee_key int, promotion_key int NOT NULL, currency_key int NOT NULL, quantity int, revision_number int, sales_amount numeric(12,2), batch_id int);
CREATE TABLE fact_inventory (date_key int NOT NULL, product_key int NOT NULL, store_key int NOT NULL, units_in int, units_out int, balance int, PRIMARY KEY (date_key, product_key, store_key));
CREATE TABLE fact_exchange_rate (date_key int NOT NULL, currency_key int NOT NULL, average_rate numeric(12,6), end_of_day_rate numeric(12,6), PRIMARY KEY (date_key, currency_key));
CREATE TABLE fact_sales_quota (quota_key int PRIMARY KEY, employee_key int NOT NULL, calendar_year int, calendar_quarter int, date_key int NOT NULL, amount_quota numeric(12,2));
CREATE TABLE etl_batch (batch_no int PRIMARY KEY, job_name text, started timestamp, rows_loaded int, exit_code int);
INSERT INTO dim_date SELECT to_char(d, 'YYYYMMDD')::int, d, extract(year FROM d), extract(quarter FROM d), extract(month FROM d), extract(week FROM d), extract(isodow FROM d), extract(day FROM d) = 1 FROM generate_series(date '2021-01-01', date '2024-12-31', interval '1 day') d;
INSERT INTO dim_geography SELECT i, _w(801, i), (10000 + _h(802, i, 80000))::text, (ARRAY['DE', 'FR', 'IT', 'CN'])[1 + _h(803, i, 4)], _w(804, _h(805, i, 20)) FROM generate_series(1, 140) i;
INSERT INTO dim_customer SELECT i, 'C' || lpad((1 + i * 9 / 10)::text, 8, '0'), _w(806, i), (ARRAY['home', 'trade'])[1 + _h(807, i, 2)], 1 + _h(808, i, 140), date '2021-01-01', NULL, true FROM generate_series(1, 800) i;
INSERT INTO dim_product_category SELECT i, _w(809, i) FROM generate_series(1, 6) i;
INSERT INTO dim_product_subcategory SELECT i, _w(810, i), 1 + _h(811, i, 6) FROM generate_series(1, 37) i;
INSERT INTO dim_product SELECT i, 'SK-' || lpad((i * 7)::text, 5, '0'), _w(812, i), CASE WHEN _h(813, i, 12) > 0 THEN 1 + _h(814, i, 37) END, _h(815, i, 9000) / 10.0, 10 + _h(816, i, 2000) FROM generate_series(1, 300) i;
INSERT INTO dim_store SELECT i, 'ST' || 100 + i, _w(817, i), 1 + _h(818, i, 140), to_char(date '2021-01-01' + _h(819, i, 700), 'YYYYMMDD')::int, 200 + _h(820, i, 2000), 1 + _h(821, i, 3) FROM generate_series(1, 30) i;
INSERT INTO dim_employee SELECT i, 70000 + i * 3, _w(822, i) || ' ' || _w(823, i), CASE WHEN i > 2 THEN 1 + _h(824, i, (i - 1 + least(i, 12)) / 2) END, 1 + _h(825, i, 30), 1 + _h(826, i, 7) FROM generate_series(1, 160) i;
INSERT INTO dim_promotion SELECT i, _w(827, i), 5 * _h(828, i, 8) FROM generate_series(1, 16) i;
INSERT INTO dim_currency SELECT i, (ARRAY['EUR', 'USD', 'CNY', 'GBP', 'CHF', 'JPY', 'SEK', 'NOK'])[i], 2 FROM generate_series(1, 8) i;
INSERT INTO fact_sales SELECT i, 'SO' || 43000 + i / 3, 1 + i % 3, to_char(d, 'YYYYMMDD')::int, to_char(d + 12, 'YYYYMMDD')::int, CASE WHEN _h(829, i, 20) > 0 THEN to_char(d + _h(830, i, 9), 'YYYYMMDD')::int END, 1 + _h(831, i, 800), 1 + _h(832, i, 300), 1 + _h(833, i, 30), CASE WHEN _h(834, i, 4) > 0 THEN 1 + _h(835, i, 160) END, 1 + _h(836, i, 16), 1 + _h(837, i, 5), 1 + _h(838, i, 9), 1 + _h(839, i, 3), _h(840, i, 90000) / 100.0, 1 + i / 40 FROM (SELECT i, date '2022-01-01' + _h(841, i / 3, 1000) AS d FROM generate_series(1, 2400) i) x;
INSERT INTO fact_inventory SELECT DISTINCT ON (1, 2, 3) to_char(date '2023-01-01' + _h(842, i, 12) * 30, 'YYYYMMDD')::int, 1 + _h(843, i, 300), 1 + _h(844, i, 30), _h(845, i, 60), _h(846, i, 60), _h(847, i, 400) FROM generate_series(1, 1500) i;
INSERT INTO fact_exchange_rate SELECT to_char(date '2023-01-01' + d, 'YYYYMMDD')::int, c, 0.5 + _h(848, d * 8 + c, 1000) / 900.0, 0.5 + _h(849, d * 8 + c, 1000) / 900.0 FROM generate_series(0, 199) d, generate_series(1, 6) c;
INSERT INTO fact_sales_quota SELECT i, 1 + _h(850, i, 160), 2022 + i / 170, 1 + _h(851, i, 4), to_char(date '2022-01-01' + (i / 45) * 92, 'YYYYMMDD')::int, 10000 + _h(852, i, 900) * 100 FROM generate_series(1, 400) i;
INSERT INTO etl_batch SELECT i, 'load_' || lower(_w(853, _h(854, i, 5))), timestamp '2022-01-01 03:00' + i * interval '7 days', _h(855, i, 9000), 0 FROM generate_series(1, 90) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
