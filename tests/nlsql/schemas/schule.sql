-- Sample database "schule" (a school, German names): own text, generated data.
--   createdb schule && psql -X -q -v seed=0 -d schule -f schule.sql
\set ON_ERROR_STOP on
\if :{?seed} \else \set seed 0 \endif
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
SET TIME ZONE 'UTC';
BEGIN;
CREATE FUNCTION pg_temp.r(seed int, stream int, i bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  'SELECT (hashint8extended(i, seed::bigint * 1000 + stream) & 1073741823)::float8 / 1073741824.0';

CREATE TABLE lehrer (lehrer_nr int PRIMARY KEY, name text NOT NULL UNIQUE, geschlecht text NOT NULL, einstellung date NOT NULL,
  wochenstunden int NOT NULL, gehalt numeric(9,2) NOT NULL);
CREATE TABLE klasse (klasse_nr int PRIMARY KEY, bezeichnung text NOT NULL UNIQUE, stufe int NOT NULL, raum text NOT NULL, lehrer_nr int NOT NULL);
CREATE TABLE fach (fach_nr int PRIMARY KEY, fachname text NOT NULL UNIQUE, bereich text NOT NULL);
CREATE TABLE schueler (schueler_nr int PRIMARY KEY, name text NOT NULL UNIQUE, geschlecht text NOT NULL, geburtstag date NOT NULL,
  wohnort text NOT NULL, klasse_nr int NOT NULL, aufnahme date NOT NULL, busfahrer boolean NOT NULL, taschengeld numeric(6,2) NOT NULL);
CREATE TABLE note (note_nr int PRIMARY KEY, schueler_nr int NOT NULL, fach_nr int NOT NULL, lehrer_nr int NOT NULL, wert int NOT NULL CHECK (wert BETWEEN 1 AND 6),
  art text NOT NULL, datum date NOT NULL);
CREATE TABLE fehlzeit (fehl_nr int PRIMARY KEY, schueler_nr int NOT NULL, datum date NOT NULL, stunden int NOT NULL, grund text NOT NULL, entschuldigt boolean NOT NULL);

INSERT INTO lehrer SELECT i, (ARRAY['Frau','Herr'])[1 + i % 2] || ' ' || (ARRAY['Ahrens','Böhm','Carstens','Dreyer','Eggers','Fuchs','Grote','Hansen','Ihde','Jessen','Kruse','Lorenz','Möller','Nissen','Otto','Petersen','Quast','Reimers','Schütt','Thomsen'])[i],
  (ARRAY['w','m'])[1 + i % 2], date '1998-08-01' + floor(pg_temp.r(:seed, 1, i) * 9500)::int, 12 + floor(pg_temp.r(:seed, 2, i) * 15)::int,
  3200 + round((pg_temp.r(:seed, 3, i) * 2500)::numeric, 2) FROM generate_series(1, 20) i;
INSERT INTO klasse SELECT i, (5 + (i - 1) / 2)::text || (ARRAY['a','b'])[1 + (i - 1) % 2], 5 + (i - 1) / 2,
  (ARRAY['A','B','C'])[1 + i % 3] || (100 + i * 7)::text, 1 + (i * 5) % 18 FROM generate_series(1, 12) i;
INSERT INTO fach SELECT i, n, b FROM unnest(ARRAY['Mathematik','Deutsch','Englisch','Physik','Biologie','Geschichte','Musik','Sport','Latein'],
  ARRAY['Naturwissenschaft','Sprache','Sprache','Naturwissenschaft','Naturwissenschaft','Gesellschaft','Kunst','Sport','Sprache']) WITH ORDINALITY t(n, b, i);
INSERT INTO schueler SELECT i,
  (ARRAY['Lena','Paul','Mia','Jan','Sofie','Tim','Nele','Ole','Emma','Finn','Lara','Max','Ida','Lukas'])[1 + (i - 1) % 14] || ' ' ||
  (ARRAY['Arndt','Behrens','Clausen','Detlefs','Ewald','Franke','Gerdes','Hinz','Iwers','Jahn','Kock','Lübke','Matzen','Nagel','Oelrich','Peters'])[1 + (i - 1) / 14],
  CASE WHEN i % 2 = 1 THEN 'w' ELSE 'm' END, make_date(2014 - (k - 1) / 2, 1, 1) + floor(pg_temp.r(:seed, 4, i) * 365)::int,
  (ARRAY['Husum','Flensburg','Schleswig','Tönning','Niebüll'])[1 + floor(power(pg_temp.r(:seed, 5, i), 1.6) * 5)::int], k,
  date '2020-08-01' + floor(pg_temp.r(:seed, 6, i) * 1780)::int, pg_temp.r(:seed, 7, i) < 0.4, 5 + round((pg_temp.r(:seed, 8, i) * 55)::numeric, 2)
  FROM generate_series(1, 200 + :seed % 13) i, LATERAL (SELECT 1 + floor(pg_temp.r(:seed, 9, i) * 12)::int AS k) x;
INSERT INTO note SELECT i, s, f, 1 + (f * 2 + s % 2) % 18, 1 + floor(pg_temp.r(:seed, 12, i) * pg_temp.r(:seed, 13, i) * 4.2 + pg_temp.r(:seed, 14, i) * 1.75)::int,
  (ARRAY['Klausur','Test','mündlich'])[1 + floor(power(pg_temp.r(:seed, 15, i), 1.2) * 3)::int], date '2023-08-21' + floor(pg_temp.r(:seed, 16, i) * 679)::int
  FROM generate_series(1, 2600 + 3 * (:seed % 11)) i, LATERAL (SELECT 1 + floor(power(pg_temp.r(:seed, 10, i), 1.15) * 188)::int AS s, 1 + floor(power(pg_temp.r(:seed, 11, i), 1.1) * 8)::int AS f) x;
INSERT INTO fehlzeit SELECT i, 1 + floor(power(pg_temp.r(:seed, 21, i), 1.7) * 186)::int, date '2023-08-21' + floor(pg_temp.r(:seed, 22, i) * 679)::int,
  1 + floor(pg_temp.r(:seed, 23, i) * 7)::int, (ARRAY['Krankheit','Krankheit','Arzttermin','Familie','verschlafen','unbekannt'])[1 + floor(pg_temp.r(:seed, 24, i) * 6)::int],
  pg_temp.r(:seed, 25, i) < 0.72 FROM generate_series(1, 1300 + :seed % 17) i;
ALTER TABLE klasse ADD FOREIGN KEY (lehrer_nr) REFERENCES lehrer;
ALTER TABLE schueler ADD FOREIGN KEY (klasse_nr) REFERENCES klasse;
ALTER TABLE note ADD FOREIGN KEY (schueler_nr) REFERENCES schueler, ADD FOREIGN KEY (fach_nr) REFERENCES fach, ADD FOREIGN KEY (lehrer_nr) REFERENCES lehrer;
ALTER TABLE fehlzeit ADD FOREIGN KEY (schueler_nr) REFERENCES schueler;
COMMENT ON COLUMN note.wert IS 'Grade from 1 (very good) to 6 (insufficient).';
COMMIT;
ANALYZE;
