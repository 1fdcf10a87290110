-- sensors: measurements of a power grid without one key or unique index; ids are unique by their data only.
-- Own definition and generated data; no foreign keys: the truth is in sensors.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE region (region_id int, region_name text, parent_region_id int);
CREATE TABLE substation (substation_id int, name text, region_id int, voltage_kv int);
CREATE TABLE feeder (feeder_id int, substation_id int, name text, rated_amps int, phase_count int);
CREATE TABLE transformer (serial text, feeder_id int, vendor_id int, kva int, installed date);
CREATE TABLE vendor (vendor_id int, vendor_name text, country char(2));
CREATE TABLE meter (meter_no text, transformer_serial text, customer_id int, model_code text, multiplier int);
CREATE TABLE meter_model (model_code text, vendor_id int, digits int);
CREATE TABLE customer (customer_id int, name text, tariff_code text, billing_day int);
CREATE TABLE tariff (tariff_code text, title text, cents_per_kwh int);
CREATE TABLE reading (meter_no text, read_at timestamp, kwh int, quality int);
CREATE TABLE outage (outage_id int, feeder_id int, started timestamp, minutes int, cause_code int, crew_id int);
CREATE TABLE outage_customer (outage_id int, customer_id int, called_in boolean);
CREATE TABLE crew (crew_id int, crew_name text, base_substation_id int, size int);
CREATE TABLE switch_log (switched_at timestamp, feeder_id int, position int, operator text);
INSERT INTO region SELECT i, _w(1901, i), CASE WHEN i > 4 THEN 1 + _h(1902, i, 4) END FROM generate_series(1, 24) i;
INSERT INTO substation SELECT 200 + i, _w(1903, i), 1 + _h(1904, i, 24), 10 * (1 + _h(1905, i, 11)) FROM generate_series(1, 75) i;
INSERT INTO feeder SELECT 3000 + i, 201 + _h(1906, i, 75), 'F' || i, 100 + 50 * _h(1907, i, 9), 3 FROM generate_series(1, 280) i;
INSERT INTO vendor SELECT i, _w(1908, i), (ARRAY['DE', 'CN', 'CH'])[1 + _h(1909, i, 3)] FROM generate_series(1, 26) i;
INSERT INTO transformer SELECT 'TR' || lpad((i * 19)::text, 7, '0'), 3001 + _h(1910, i, 280), CASE WHEN _h(1911, i, 12) > 0 THEN 1 + _h(1912, i, 26) END, 50 * (1 + _h(1913, i, 20)), _d(1914, i) FROM generate_series(1, 520) i;
INSERT INTO meter_model SELECT 'MM-' || 10 + i, 1 + _h(1915, i, 26), 5 + _h(1916, i, 3) FROM generate_series(1, 28) i;
INSERT INTO tariff SELECT t, _w(1917, ascii(t) + ascii(substr(t, 2))), 10 + _h(1918, ascii(substr(t, 2)), 30) FROM unnest(ARRAY['T1', 'T2', 'N1', 'N2', 'H1', 'SOLAR', 'BIZ', 'STREET']) t;
INSERT INTO customer SELECT 40000 + i, _w(1919, i), (SELECT tariff_code FROM tariff ORDER BY tariff_code OFFSET _h(1920, i, 8) LIMIT 1), 1 + _h(1921, i, 28) FROM generate_series(1, 900) i;
INSERT INTO meter SELECT 'M' || lpad((i * 23)::text, 8, '0'), 'TR' || lpad(((1 + _h(1922, i, 520)) * 19)::text, 7, '0'), CASE WHEN _h(1923, i, 25) > 0 THEN 40001 + _h(1924, i, 900) END, 'MM-' || 11 + _h(1925, i, 28), 1 FROM generate_series(1, 1000) i;
INSERT INTO reading SELECT 'M' || lpad(((1 + _h(1926, i, 1000)) * 23)::text, 8, '0'), timestamp '2024-01-01' + i * interval '15 minutes', _h(1927, i, 900), _h(1928, i, 4) FROM generate_series(1, 2000) i;
INSERT INTO crew SELECT i, _w(1929, i), 201 + _h(1930, i, 75), 2 + _h(1931, i, 5) FROM generate_series(1, 32) i;
INSERT INTO outage SELECT i, 3001 + _h(1932, i, 280), timestamp '2023-01-01' + i * interval '31 hours', 5 + _h(1933, i, 600), 1 + _h(1934, i, 12), CASE WHEN _h(1935, i, 5) > 0 THEN 1 + _h(1936, i, 32) END FROM generate_series(1, 330) i;
INSERT INTO outage_customer SELECT DISTINCT ON (1, 2) 1 + _h(1937, i, 330), 40001 + _h(1938, i, 900), _h(1939, i, 3) = 0 FROM generate_series(1, 1300) i;
INSERT INTO switch_log SELECT timestamp '2024-01-01' + i * interval '47 minutes', 3001 + _h(1940, i, 280), _h(1941, i, 2), 'op' || _h(1942, i, 9) FROM generate_series(1, 800) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
