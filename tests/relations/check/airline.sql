-- airline: text codes as keys, from and to, a flight of two columns and its legs of three.
-- Own definition and generated data; no foreign keys: the truth is in airline.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE country (iso2 char(2) PRIMARY KEY, name text NOT NULL, currency char(3));
CREATE TABLE airport (iata char(3) PRIMARY KEY, name text NOT NULL, country_iso2 char(2) NOT NULL, tz text, elevation_ft int, runways int);
CREATE TABLE carrier (carrier_code char(2) PRIMARY KEY, name text NOT NULL, home_iata char(3), alliance text, founded int);
CREATE TABLE aircraft_type (type_code varchar(4) PRIMARY KEY, maker text, seats int, range_km int);
CREATE TABLE aircraft (tail_no varchar(6) PRIMARY KEY, type_code varchar(4) NOT NULL, operated_by char(2) NOT NULL, built int, msn int);
CREATE TABLE flight (carrier_code char(2) NOT NULL, flight_no int NOT NULL, from_airport char(3) NOT NULL, to_airport char(3) NOT NULL, duration_min int, PRIMARY KEY (carrier_code, flight_no));
CREATE TABLE departure (carrier_code char(2) NOT NULL, flight_no int NOT NULL, dep_date date NOT NULL, tail_no varchar(6), diverted_to char(3), gate varchar(4), delay_min int, PRIMARY KEY (carrier_code, flight_no, dep_date));
CREATE TABLE passenger (passenger_uuid uuid PRIMARY KEY, surname text, given_name text, nationality char(2), born date);
CREATE TABLE loyalty (card_no varchar(10) PRIMARY KEY, holder uuid NOT NULL UNIQUE, tier int, miles int);
CREATE TABLE booking (pnr char(6) PRIMARY KEY, booked_by uuid, agency_code int, created timestamp, pax_count int, channel char(1));
CREATE TABLE agency (agency_code int PRIMARY KEY, name text, country_iso2 char(2), parent_agency int);
CREATE TABLE ticket (ticket_no bigint PRIMARY KEY, pnr char(6) NOT NULL, passenger_uuid uuid NOT NULL, fare_basis varchar(8), amount numeric(10,2));
CREATE TABLE coupon (ticket_no bigint NOT NULL, coupon_no int NOT NULL, carrier_code char(2) NOT NULL, flight_no int NOT NULL, dep_date date NOT NULL, cabin char(1), PRIMARY KEY (ticket_no, coupon_no));
CREATE TABLE boarding_pass (ticket_no bigint NOT NULL, coupon_no int NOT NULL, seat varchar(4), seq_no int, PRIMARY KEY (ticket_no, coupon_no));
CREATE TABLE baggage (tag_no bigint PRIMARY KEY, ticket_no bigint NOT NULL, coupon_no int NOT NULL, weight_kg int, pieces int);
CREATE TABLE crew_member (staff_no int PRIMARY KEY, name text, base_iata char(3), rank char(3), seniority int);
CREATE TABLE crew_duty (staff_no int NOT NULL, carrier_code char(2) NOT NULL, flight_no int NOT NULL, dep_date date NOT NULL, position char(2), PRIMARY KEY (staff_no, carrier_code, flight_no, dep_date));
CREATE TABLE qualification (staff_no int NOT NULL, type_code varchar(4) NOT NULL, valid_until date, PRIMARY KEY (staff_no, type_code));
CREATE TABLE code_share (marketing_carrier char(2) NOT NULL, marketing_no int NOT NULL, operating_carrier char(2) NOT NULL, operating_no int NOT NULL, PRIMARY KEY (marketing_carrier, marketing_no));
CREATE FUNCTION _ap(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT chr(65 + (i % 26)::int) || chr(65 + (i * 7 / 26 % 26)::int) || chr(65 + (i * 11 % 26)::int) $$;
CREATE FUNCTION _u(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5('pax' || i)::uuid $$;
INSERT INTO country SELECT c, _w(1201, ascii(c) * 26 + ascii(substr(c, 2))), substr(md5(c), 1, 3) FROM unnest(ARRAY['DE', 'FR', 'IT', 'ES', 'GB', 'PT', 'NL', 'BE', 'AT', 'CH', 'PL', 'CZ', 'SE', 'NO', 'FI', 'DK', 'GR', 'TR', 'CN', 'JP', 'US', 'CA', 'BR', 'IN', 'AU']) c;
INSERT INTO airport SELECT _ap(i), _w(1202, i), (SELECT iso2 FROM country ORDER BY iso2 OFFSET _h(1203, i, 25) LIMIT 1), 'UTC+' || _h(1204, i, 9), _h(1205, i, 5000), 1 + _h(1206, i, 4) FROM generate_series(1, 160) i;
INSERT INTO carrier SELECT chr(65 + i) || (ARRAY['A', 'X', '4', '9'])[1 + i % 4], _w(1207, i) || ' Air', _ap(1 + _h(1208, i, 160)), (ARRAY['north', 'south', NULL])[1 + _h(1209, i, 3)], 1930 + _h(1210, i, 80) FROM generate_series(1, 14) i;
INSERT INTO aircraft_type SELECT t, _w(1211, ascii(substr(t, 3))), 100 + _h(1212, ascii(substr(t, 2)), 300), 2000 + _h(1213, ascii(substr(t, 3)), 9000) FROM unnest(ARRAY['A319', 'A320', 'A321', 'A333', 'A359', 'B738', 'B39M', 'B772', 'B789', 'E190', 'AT76', 'CRJ9']) t;
INSERT INTO aircraft SELECT 'D-' || lpad((i * 61)::text, 4, 'AB'), (SELECT type_code FROM aircraft_type ORDER BY type_code OFFSET _h(1214, i, 12) LIMIT 1), chr(66 + i % 14) || (ARRAY['A', 'X', '4', '9'])[1 + (1 + i % 14) % 4], 1995 + _h(1215, i, 28), 1000 + i * 7 FROM generate_series(1, 130) i;
INSERT INTO flight SELECT c, n, _ap(a), _ap(1 + (a + _h(1216, n, 150)) % 160), 45 + _h(1217, n, 600) FROM (SELECT carrier_code AS c, 100 + k * 2 + ascii(carrier_code) % 2 AS n, 1 + _h(1218, ascii(carrier_code) * 100 + k, 160) AS a FROM carrier, generate_series(1, 30) k) x;
INSERT INTO departure SELECT carrier_code, flight_no, date '2024-03-01' + d, (SELECT tail_no FROM aircraft ORDER BY tail_no OFFSET _h(1219, flight_no * 40 + d, 130) LIMIT 1), CASE WHEN _h(1220, flight_no * 40 + d, 90) = 0 THEN _ap(1 + _h(1221, flight_no, 160)) END, chr(65 + d) || _h(1222, flight_no, 40), _h(1223, flight_no * 40 + d, 90) FROM flight, generate_series(0, 3) d WHERE _h(1224, flight_no * 7 + ascii(carrier_code) * 3 + d, 2) = 0;
INSERT INTO passenger SELECT _u(i), _w(1225, i), _w(1226, i), (SELECT iso2 FROM country ORDER BY iso2 OFFSET _h(1227, i, 25) LIMIT 1), date '1950-01-01' + _h(1228, i, 22000) FROM generate_series(1, 900) i;
INSERT INTO loyalty SELECT 'FF' || lpad((i * 31)::text, 8, '0'), _u(i), 1 + _h(1229, i, 4), _h(1230, i, 90000) FROM generate_series(1, 900) i WHERE i % 3 = 0;
INSERT INTO agency SELECT 4000 + i * 10, _w(1231, i) || ' Travel', (SELECT iso2 FROM country ORDER BY iso2 OFFSET _h(1232, i, 25) LIMIT 1), CASE WHEN i > 8 AND _h(1233, i, 2) = 0 THEN 4000 + 10 * (1 + _h(1234, i, 8)) END FROM generate_series(1, 50) i;
INSERT INTO booking SELECT upper(substr(md5('b' || i), 1, 3)) || lpad(i::text, 3, 'K'), CASE WHEN _h(1235, i, 10) > 0 THEN _u(1 + _h(1236, i, 900)) END, CASE WHEN _h(1237, i, 3) > 0 THEN 4000 + 10 * (1 + _h(1238, i, 50)) END, _d(1239, i), 1 + _h(1240, i, 4), (ARRAY['W', 'M', 'A'])[1 + _h(1241, i, 3)] FROM generate_series(1, 700) i;
INSERT INTO ticket SELECT 2200000000000 + i * 17, (SELECT pnr FROM booking ORDER BY pnr OFFSET _h(1242, i, 700) LIMIT 1), _u(1 + _h(1243, i, 900)), (ARRAY['YOWDE', 'MLX3', 'KFLEX'])[1 + _h(1244, i, 3)], 40 + _h(1245, i, 900) FROM generate_series(1, 1100) i;
INSERT INTO coupon SELECT t.ticket_no, k, d.carrier_code, d.flight_no, d.dep_date, (ARRAY['Y', 'M', 'C'])[1 + _h(1246, t.n * 3 + k, 3)] FROM (SELECT row_number() OVER (ORDER BY ticket_no) AS n, ticket_no FROM ticket) t CROSS JOIN generate_series(1, 2) k JOIN (SELECT row_number() OVER (ORDER BY carrier_code, flight_no, dep_date) - 1 AS n, * FROM departure) d ON d.n = _h(1247, t.n * 3 + k, 700) WHERE k <= 1 + _h(1248, t.n, 2);
INSERT INTO boarding_pass SELECT ticket_no, coupon_no, (1 + _h(1249, ticket_no * 3 + coupon_no, 38)) || 'C', 1 + _h(1250, ticket_no * 3 + coupon_no, 180) FROM coupon WHERE _h(1251, ticket_no * 3 + coupon_no, 4) > 0;
INSERT INTO baggage SELECT 9900000 + row_number() OVER (ORDER BY ticket_no, coupon_no), ticket_no, coupon_no, 5 + _h(1252, ticket_no, 25), 1 + _h(1253, ticket_no, 2) FROM coupon WHERE _h(1254, ticket_no * 3 + coupon_no, 2) = 0;
INSERT INTO crew_member SELECT 80000 + i * 3, _w(1255, i), _ap(1 + _h(1256, i, 160)), (ARRAY['CPT', 'FO ', 'PUR', 'FA '])[1 + _h(1257, i, 4)], 1 + _h(1258, i, 200) FROM generate_series(1, 200) i;
INSERT INTO crew_duty SELECT DISTINCT 80000 + 3 * (1 + _h(1259, n * 4 + k, 200)), carrier_code, flight_no, dep_date, 'P' || k FROM (SELECT row_number() OVER (ORDER BY carrier_code, flight_no, dep_date) AS n, * FROM departure) d, generate_series(1, 2) k WHERE k = 1 OR _h(1259, n * 4 + 1, 200) <> _h(1259, n * 4 + 2, 200);
INSERT INTO qualification SELECT DISTINCT ON (1, 2) 80000 + 3 * (1 + _h(1260, i, 200)), (SELECT type_code FROM aircraft_type ORDER BY type_code OFFSET _h(1261, i, 12) LIMIT 1), _d(1262, i) FROM generate_series(1, 350) i;
INSERT INTO code_share SELECT chr(65 + m) || (ARRAY['A', 'X', '4', '9'])[1 + m % 4], 5000 + i, carrier_code, flight_no FROM (SELECT row_number() OVER (ORDER BY carrier_code, flight_no) AS i, carrier_code, flight_no FROM flight) f, LATERAL (SELECT 1 + _h(1263, i, 14) AS m) z WHERE _h(1264, i, 3) = 0;
DROP FUNCTION _ap(bigint);
DROP FUNCTION _u(bigint);
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
