-- Sample database "clinic": own text, generated data, another way of naming than the shop's.
--   createdb clinic && psql -X -q -v seed=0 -d clinic -f clinic.sql
\set ON_ERROR_STOP on
\if :{?seed} \else \set seed 0 \endif
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
SET TIME ZONE 'UTC';
BEGIN;
CREATE FUNCTION pg_temp.r(seed int, stream int, i bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  'SELECT (hashint8extended(i, seed::bigint * 1000 + stream) & 1073741823)::float8 / 1073741824.0';

CREATE TABLE "Dept" ("deptId" int PRIMARY KEY, "deptNm" text NOT NULL UNIQUE, "floorNo" int NOT NULL);
CREATE TABLE "Doctor" (
  "docId" int PRIMARY KEY, "fullNm" text NOT NULL, "deptId" int NOT NULL, "rankCd" text NOT NULL,
  "hireDt" date NOT NULL, "salaryAmt" numeric(10,2) NOT NULL);
CREATE TABLE "Patient" (
  "patId" int PRIMARY KEY, "fullNm" text NOT NULL, "sexCd" text NOT NULL, "birthDt" date NOT NULL,
  "townNm" text NOT NULL, "insCd" text NOT NULL, "regTs" timestamptz NOT NULL);
CREATE TABLE "Drug" (
  "drugId" int PRIMARY KEY, "drugNm" text NOT NULL UNIQUE, "formCd" text NOT NULL,
  "unitPrc" numeric(8,2) NOT NULL, "stkQty" int NOT NULL, "otcYn" boolean NOT NULL);
CREATE TABLE "Visit" (
  "visId" int PRIMARY KEY, "patId" int NOT NULL, "docId" int NOT NULL, "visTs" timestamptz NOT NULL,
  "kindCd" text NOT NULL, "statCd" text NOT NULL, "feeAmt" numeric(10,2) NOT NULL);
CREATE TABLE "RxLine" (
  "rxId" int PRIMARY KEY, "visId" int NOT NULL, "drugId" int NOT NULL, "packQty" int NOT NULL);

INSERT INTO "Dept" SELECT i, (ARRAY['Cardiology','Dermatology','Neurology','Orthopedics','Pediatrics','Radiology'])[i],
  1 + i % 3 FROM generate_series(1, 6) i;
INSERT INTO "Doctor" SELECT i,
  (ARRAY['Ines','Marco','Petra','Yusuf','Hana','Olaf','Rosa','Viktor'])[1 + i % 8] || ' ' ||
  (ARRAY['Brandt','Keller','Novak','Silva','Okafor'])[1 + i / 8 % 5],
  1 + (i - 1) % 6, (ARRAY['senior','junior','resident'])[1 + (pg_temp.r(:seed, 1, i) * 3)::int % 3],
  date '2010-01-01' + (pg_temp.r(:seed, 2, i) * 5000)::int, 4000 + round((pg_temp.r(:seed, 3, i) * 6000)::numeric, 2)
  FROM generate_series(1, 24) i;
INSERT INTO "Patient" SELECT i,
  (ARRAY['Anna','Ben','Clara','David','Eva','Felix','Greta','Hugo','Ida','Jonas'])[1 + i % 10] || ' ' ||
  (ARRAY['Adler','Bauer','Conrad','Dietz','Ernst','Frank','Gerber','Huber','Jung','Krause','Lang','Maier','Neumann'])[1 + i / 10 % 13],
  CASE WHEN pg_temp.r(:seed, 4, i) < 0.52 THEN 'F' ELSE 'M' END,
  date '1935-01-01' + (pg_temp.r(:seed, 5, i) * 30000)::int,
  (ARRAY['Hamburg','Bremen','Kiel','Lübeck','Rostock'])[1 + (pg_temp.r(:seed, 6, i) * pg_temp.r(:seed, 7, i) * 5)::int % 5],
  (ARRAY['public','private','self'])[1 + (pg_temp.r(:seed, 8, i) * pg_temp.r(:seed, 9, i) * 3)::int % 3],
  timestamptz '2023-06-01 08:00+00' + pg_temp.r(:seed, 10, i) * interval '755 days'
  FROM generate_series(1, 180 + :seed % 7) i;
INSERT INTO "Drug" SELECT i, (ARRAY['Aspirol','Bexalin','Cortavin','Dolomed','Enzapril','Fluxatin','Gastrolex','Heparon','Ibucare','Jodosan'])[1 + i % 10] ||
  (ARRAY['',' Forte',' Junior'])[1 + i / 10 % 3], (ARRAY['tablet','syrup','ointment'])[1 + (pg_temp.r(:seed, 11, i) * 3)::int % 3],
  2 + round((pg_temp.r(:seed, 12, i) * 80)::numeric, 2), (pg_temp.r(:seed, 13, i) * 400)::int - CASE WHEN i % 9 = 0 THEN 400 ELSE 0 END,
  pg_temp.r(:seed, 14, i) < 0.4 FROM generate_series(1, 30) i;
UPDATE "Drug" SET "stkQty" = 0 WHERE "stkQty" < 0;
INSERT INTO "Visit" SELECT i, 1 + (pg_temp.r(:seed, 15, i) * pg_temp.r(:seed, 16, i) * 160)::int, 1 + (pg_temp.r(:seed, 17, i) * 23)::int,
  timestamptz '2024-01-01 07:00+00' + pg_temp.r(:seed, 18, i) * interval '545 days',
  (ARRAY['checkup','emergency','followup'])[1 + (pg_temp.r(:seed, 19, i) * 3)::int % 3],
  (ARRAY['done','done','done','cancelled','noshow','booked'])[1 + (pg_temp.r(:seed, 20, i) * 6)::int % 6],
  20 + round((pg_temp.r(:seed, 21, i) * 280)::numeric, 2) FROM generate_series(1, 1500 + 3 * (:seed % 11)) i;
INSERT INTO "RxLine" SELECT i, 1 + (pg_temp.r(:seed, 22, i) * 1499)::int, 1 + (pg_temp.r(:seed, 23, i) * pg_temp.r(:seed, 24, i) * 27)::int, 1 + (pg_temp.r(:seed, 25, i) * 4)::int
  FROM generate_series(1, 2200) i;
ALTER TABLE "Doctor" ADD FOREIGN KEY ("deptId") REFERENCES "Dept";
ALTER TABLE "Visit" ADD FOREIGN KEY ("patId") REFERENCES "Patient", ADD FOREIGN KEY ("docId") REFERENCES "Doctor";
ALTER TABLE "RxLine" ADD FOREIGN KEY ("visId") REFERENCES "Visit", ADD FOREIGN KEY ("drugId") REFERENCES "Drug";
COMMENT ON COLUMN "Visit"."feeAmt" IS 'What the visit costs, in EUR. Income counts only visits that took place (statCd = done).';
COMMIT;
ANALYZE;
