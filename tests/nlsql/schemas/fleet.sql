-- Sample database "fleet" (logistics): own text, generated data, prefixed abbreviated snake_case names.
--   createdb fleet && psql -X -q -v seed=0 -d fleet -f fleet.sql
\set ON_ERROR_STOP on
\if :{?seed} \else \set seed 0 \endif
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
SET TIME ZONE 'UTC';
BEGIN;
CREATE FUNCTION pg_temp.r(seed int, stream int, i bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  'SELECT (hashint8extended(i, seed::bigint * 1000 + stream) & 1073741823)::float8 / 1073741824.0';

CREATE TABLE dep_depot (dep_id int PRIMARY KEY, dep_name text NOT NULL UNIQUE, dep_city text NOT NULL, dep_ctry text NOT NULL, dep_bays int NOT NULL);
CREATE TABLE cli_client (cli_id int PRIMARY KEY, cli_name text NOT NULL UNIQUE, cli_seg text NOT NULL, cli_city text NOT NULL, cli_since date NOT NULL);
CREATE TABLE drv_driver (drv_id int PRIMARY KEY, drv_name text NOT NULL UNIQUE, drv_lic text NOT NULL, drv_hired date NOT NULL,
  drv_home_dep_id int NOT NULL, drv_iban text NOT NULL, drv_act boolean NOT NULL);
CREATE TABLE veh_vehicle (veh_id int PRIMARY KEY, veh_plate text NOT NULL UNIQUE, veh_typ text NOT NULL, veh_fuel text NOT NULL,
  veh_cap_kg int NOT NULL, veh_bought date NOT NULL, veh_odo_km int NOT NULL);
CREATE TABLE trp_trip (trp_id int PRIMARY KEY, trp_cli_id int NOT NULL, trp_drv_id int NOT NULL, trp_veh_id int NOT NULL,
  trp_orig_dep_id int NOT NULL, trp_dest_dep_id int NOT NULL, trp_stat text NOT NULL,
  trp_pln_dep_ts timestamptz NOT NULL, trp_pln_arr_ts timestamptz NOT NULL, trp_act_dep_ts timestamptz, trp_act_arr_ts timestamptz,
  trp_km numeric(8,1) NOT NULL, trp_fuel_l numeric(8,2) NOT NULL, trp_toll_amt numeric(8,2) NOT NULL, trp_fare_amt numeric(10,2) NOT NULL,
  trp_load_kg int NOT NULL, CHECK (trp_orig_dep_id <> trp_dest_dep_id));
CREATE TABLE mnt_service (mnt_id int PRIMARY KEY, mnt_veh_id int NOT NULL, mnt_dt date NOT NULL, mnt_kind text NOT NULL, mnt_cost numeric(10,2) NOT NULL);

INSERT INTO dep_depot SELECT i, n, c, k, 6 + floor(pg_temp.r(:seed, 1, i) * 20)::int FROM unnest(
  ARRAY['Rotterdam Harbour','Antwerp North','Lyon South','Milano Est','Hamburg Port','Wien Nord','Praha West','Marseille Quay'],
  ARRAY['Rotterdam','Antwerp','Lyon','Milan','Hamburg','Vienna','Prague','Marseille'],
  ARRAY['Netherlands','Belgium','France','Italy','Germany','Austria','Czechia','France']) WITH ORDINALITY t(n, c, k, i);
INSERT INTO cli_client SELECT i,
  (ARRAY['Alpha','Borea','Corvo','Delta','Elbe','Fonte','Gamma','Helix','Ikaro','Jupiter'])[1 + (i - 1) % 10] || ' ' ||
  (ARRAY['Foods','Pharma','Steel','Retail','Textiles','Chemicals'])[1 + (i - 1) / 10],
  (ARRAY['retail','industry','pharma','food'])[1 + floor(pg_temp.r(:seed, 2, i) * 4)::int],
  (ARRAY['Lyon','Milan','Hamburg','Vienna','Prague','Geneva','Cologne'])[1 + floor(pg_temp.r(:seed, 3, i) * 7)::int],
  date '2019-01-01' + floor(pg_temp.r(:seed, 4, i) * 2340)::int
  FROM generate_series(1, 60) i;
INSERT INTO drv_driver SELECT i,
  (ARRAY['Arne','Bianca','Cyril','Dana','Emil','Farah','Gustav','Helena'])[1 + (i - 1) % 8] || ' ' ||
  (ARRAY['Vogel','Marek','Rossi','Lambert','Jansen'])[1 + (i - 1) / 8],
  (ARRAY['B','C','CE'])[1 + floor(pg_temp.r(:seed, 5, i) * 3)::int], date '2012-01-01' + floor(pg_temp.r(:seed, 6, i) * 4900)::int,
  1 + floor(pg_temp.r(:seed, 7, i) * 8)::int, 'XX00' || lpad((i * 104729)::text, 14, '0'), pg_temp.r(:seed, 8, i) < 0.85
  FROM generate_series(1, 40) i;
INSERT INTO veh_vehicle SELECT i, chr(65 + i % 7) || chr(75 + i % 11) || '-' || (1000 + i * 37)::text,
  (ARRAY['van','truck','truck','semi'])[1 + floor(pg_temp.r(:seed, 9, i) * 4)::int],
  (ARRAY['diesel','diesel','electric','gas'])[1 + floor(pg_temp.r(:seed, 10, i) * 4)::int],
  1000 + 250 * floor(pg_temp.r(:seed, 11, i) * 92)::int, date '2014-01-01' + floor(pg_temp.r(:seed, 12, i) * 4100)::int,
  2000 + floor(pg_temp.r(:seed, 13, i) * 480000)::int FROM generate_series(1, 36) i;
INSERT INTO trp_trip SELECT i, c, d, v, o, 1 + (o - 1 + 1 + floor(pg_temp.r(:seed, 23, i) * 7)::int) % 8, st, pd, pd + dur,
  CASE WHEN st IN ('delivered','failed','running') THEN pd + ((pg_temp.r(:seed, 24, i) * 70)::int - 10) * interval '1 minute' END,
  CASE WHEN st = 'delivered' THEN pd + dur + ((pg_temp.r(:seed, 25, i) * 200)::int - 150) * interval '1 minute' END,
  km, round((km * (0.09 + 0.25 * pg_temp.r(:seed, 26, i)))::numeric, 2), round((km * 0.19 * pg_temp.r(:seed, 27, i))::numeric, 2),
  round((60 + km * (0.9 + 1.1 * pg_temp.r(:seed, 28, i)))::numeric, 2), 100 + floor(pg_temp.r(:seed, 29, i) * 23900)::int
FROM generate_series(1, 2000 + 5 * (:seed % 9)) i,
LATERAL (SELECT 1 + floor(pg_temp.r(:seed, 14, i) * pg_temp.r(:seed, 15, i) * 56)::int AS c, 1 + floor(pg_temp.r(:seed, 16, i) * 37)::int AS d,
  1 + floor(power(pg_temp.r(:seed, 17, i), 1.3) * 34)::int AS v, 1 + floor(power(pg_temp.r(:seed, 18, i), 1.2) * 8)::int AS o,
  date_trunc('minute', timestamptz '2024-01-01 05:00+00' + power(pg_temp.r(:seed, 19, i), 0.9) * interval '546 days 15 hours') AS pd,
  round((40 + 1160 * pg_temp.r(:seed, 20, i))::numeric, 1) AS km) a,
LATERAL (SELECT date_trunc('minute', km::float8 / 62 * interval '1 hour') AS dur,
  CASE WHEN pd >= '2025-06-22' AND pg_temp.r(:seed, 21, i) < 0.35 THEN 'planned' WHEN pd >= '2025-06-25' AND pg_temp.r(:seed, 21, i) < 0.6 THEN 'running'
       WHEN pg_temp.r(:seed, 22, i) < 0.09 THEN 'cancelled' WHEN pg_temp.r(:seed, 22, i) < 0.14 THEN 'failed' ELSE 'delivered' END AS st) b;
INSERT INTO mnt_service SELECT i, 1 + floor(pg_temp.r(:seed, 31, i) * 32)::int, date '2024-01-03' + floor(pg_temp.r(:seed, 32, i) * 543)::int,
  (ARRAY['inspection','repair','tyres'])[1 + floor(pg_temp.r(:seed, 33, i) * 3)::int], 80 + round((pg_temp.r(:seed, 34, i) * 2400)::numeric, 2)
  FROM generate_series(1, 260 + :seed % 5) i;
ALTER TABLE drv_driver ADD FOREIGN KEY (drv_home_dep_id) REFERENCES dep_depot;
ALTER TABLE trp_trip ADD FOREIGN KEY (trp_cli_id) REFERENCES cli_client, ADD FOREIGN KEY (trp_drv_id) REFERENCES drv_driver,
  ADD FOREIGN KEY (trp_veh_id) REFERENCES veh_vehicle, ADD FOREIGN KEY (trp_orig_dep_id) REFERENCES dep_depot, ADD FOREIGN KEY (trp_dest_dep_id) REFERENCES dep_depot;
ALTER TABLE mnt_service ADD FOREIGN KEY (mnt_veh_id) REFERENCES veh_vehicle;
COMMENT ON TABLE trp_trip IS 'Transport jobs. Freight revenue, kilometres driven, fuel used and toll cost count delivered trips only; the time of a trip is its planned departure.';
COMMENT ON COLUMN trp_trip.trp_stat IS 'planned, running, delivered, cancelled or failed.';
COMMIT;
ANALYZE;
