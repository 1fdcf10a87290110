-- trial: clinical studies: keys of study and number, uuids beside numbers, forms and visits.
-- Own definition and generated data; no foreign keys: the truth is in trial.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE sponsor (sponsor_cd varchar(8) PRIMARY KEY, sponsor_name text, country char(3));
CREATE TABLE study (study_id varchar(10) PRIMARY KEY, title text, phase int, sponsor_cd varchar(8) NOT NULL, parent_study_id varchar(10));
CREATE TABLE investigator (inv_id uuid PRIMARY KEY, family_name text, npi bigint UNIQUE, mentor_inv_id uuid);
CREATE TABLE site (study_id varchar(10) NOT NULL, site_no int NOT NULL, principal_investigator uuid NOT NULL, city text, planned_subjects int, PRIMARY KEY (study_id, site_no));
CREATE TABLE arm (study_id varchar(10) NOT NULL, arm_cd char(2) NOT NULL, arm_name text, ratio int, PRIMARY KEY (study_id, arm_cd));
CREATE TABLE subject (study_id varchar(10) NOT NULL, subj_no int NOT NULL, site_no int NOT NULL, arm_cd char(2), birth_year int, sex char(1), consent date, PRIMARY KEY (study_id, subj_no));
CREATE TABLE visit_def (study_id varchar(10) NOT NULL, visit_no int NOT NULL, visit_label text, day_offset int, PRIMARY KEY (study_id, visit_no));
CREATE TABLE visit (visit_uid uuid PRIMARY KEY, study_id varchar(10) NOT NULL, subj_no int NOT NULL, visit_no int NOT NULL, visit_date date, seen_by uuid, UNIQUE (study_id, subj_no, visit_no));
CREATE TABLE form_def (form_cd varchar(6) PRIMARY KEY, form_title text, version int, pages int);
CREATE TABLE form_item (form_cd varchar(6) NOT NULL, item_no int NOT NULL, question text, item_type int, PRIMARY KEY (form_cd, item_no));
CREATE TABLE form_entry (entry_id int PRIMARY KEY, visit_uid uuid NOT NULL, form_cd varchar(6) NOT NULL, entered_by uuid, page_count int, UNIQUE (visit_uid, form_cd));
CREATE TABLE answer (entry_id int NOT NULL, form_cd varchar(6) NOT NULL, item_no int NOT NULL, value_text text, value_num int, PRIMARY KEY (entry_id, item_no));
CREATE TABLE adverse_event (ae_id int PRIMARY KEY, study_id varchar(10) NOT NULL, subj_no int NOT NULL, onset date, grade int, meddra int, followup_of int);
CREATE TABLE kit (kit_no varchar(9) PRIMARY KEY, study_id varchar(10) NOT NULL, arm_cd char(2) NOT NULL, lot varchar(6), expiry date);
CREATE TABLE dispensing (disp_id int PRIMARY KEY, visit_uid uuid NOT NULL, kit_no varchar(9) NOT NULL UNIQUE, units int);
CREATE TABLE query_log (query_id int PRIMARY KEY, table_name text, record_id int, opened date, days_open int);
CREATE FUNCTION _s(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'ST-' || lpad((i * 37)::text, 4, '0') $$;
CREATE FUNCTION _u(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5('inv' || i)::uuid $$;
INSERT INTO sponsor SELECT 'SP' || lpad((i * 13)::text, 4, '0'), _w(2201, i), (ARRAY['DEU', 'USA', 'CHE'])[1 + _h(2202, i, 3)] FROM generate_series(1, 9) i;
INSERT INTO study SELECT _s(i), _w(2203, i), 1 + _h(2204, i, 4), 'SP' || lpad(((1 + _h(2205, i, 9)) * 13)::text, 4, '0'), CASE WHEN i > 6 AND i % 3 = 0 THEN _s(i - 5) END FROM generate_series(1, 14) i;
INSERT INTO investigator SELECT _u(i), _w(2206, i), 1000000000 + i * 7717, CASE WHEN i > 10 AND _h(2207, i, 3) = 0 THEN _u(1 + _h(2208, i, 10)) END FROM generate_series(1, 90) i;
INSERT INTO site SELECT _s(s), n, _u(1 + _h(2209, s * 20 + n, 90)), _w(2210, s * 20 + n), 5 + _h(2211, n, 30) FROM generate_series(1, 14) s, generate_series(1, 12) n WHERE n <= 4 + _h(2212, s, 9);
INSERT INTO arm SELECT _s(s), a, _w(2213, s * 3 + ascii(a)), 1 FROM generate_series(1, 14) s, unnest(ARRAY['A1', 'A2', 'B1']) a WHERE a <> 'B1' OR s % 2 = 0;
INSERT INTO subject SELECT study_id, 1000 + n, site_no, CASE WHEN _h(2214, n * 7 + site_no, 8) > 0 THEN (ARRAY['A1', 'A2'])[1 + _h(2215, n * 9 + site_no, 2)] END, 1940 + _h(2216, n, 60), (ARRAY['M', 'F'])[1 + _h(2217, n, 2)], _d(2218, n) FROM (SELECT study_id, site_no, row_number() OVER (PARTITION BY study_id ORDER BY site_no, k) AS n FROM site, generate_series(1, 7) k) x;
INSERT INTO visit_def SELECT _s(s), v, 'Visit ' || v, v * 14 FROM generate_series(1, 14) s, generate_series(1, 6) v WHERE v < 5 OR s % 3 = 0;
INSERT INTO visit SELECT md5('v' || study_id || subj_no || v)::uuid, study_id, subj_no, v, _d(2219, subj_no) + v * 14, CASE WHEN _h(2220, subj_no * 5 + v, 6) > 0 THEN _u(1 + _h(2221, subj_no * 5 + v, 90)) END FROM subject, generate_series(1, 4) v WHERE v <= 1 + _h(2222, subj_no, 4);
INSERT INTO form_def SELECT f, initcap(f), 1 + _h(2223, ascii(f), 4), 1 + _h(2224, ascii(f), 5) FROM unnest(ARRAY['VITALS', 'DEMOG', 'LABS', 'ECG', 'CONMED', 'QOL']) f;
INSERT INTO form_item SELECT form_cd, n, _w(2225, n), _h(2226, n, 4) FROM form_def, generate_series(1, 8) n WHERE n < 5 OR pages > 2;
INSERT INTO form_entry SELECT 20000 + row_number() OVER (ORDER BY visit_uid, form_cd), visit_uid, form_cd, _u(1 + _h(2227, row_number() OVER (ORDER BY visit_uid, form_cd), 90)), 1 + _h(2228, row_number() OVER (ORDER BY visit_uid, form_cd), 3) FROM visit, form_def WHERE substr(visit_uid::text, 1, 1) < '5' AND (substr(visit_uid::text, 2, 1) < '8' OR form_cd < 'F');
INSERT INTO answer SELECT entry_id, e.form_cd, item_no, _w(2229, entry_id), _h(2230, entry_id, 100) FROM form_entry e JOIN form_item i ON i.form_cd = e.form_cd WHERE _h(2231, entry_id * 9 + item_no, 2) = 0;
INSERT INTO adverse_event SELECT i, study_id, subj_no, _d(2232, i), 1 + _h(2233, i, 5), 10000000 + _h(2234, i, 90000), CASE WHEN i > 30 AND _h(2235, i, 5) = 0 THEN 1 + _h(2236, i, i::int - 1) END FROM (SELECT row_number() OVER (ORDER BY study_id, subj_no) AS i, study_id, subj_no FROM subject WHERE _h(2237, subj_no, 3) > 0) x;
INSERT INTO kit SELECT 'K' || lpad((row_number() OVER (ORDER BY study_id, arm_cd, k) * 11)::text, 8, '0'), study_id, arm_cd, 'L' || _h(2238, k, 900), _d(2239, k) FROM arm, generate_series(1, 30) k;
INSERT INTO dispensing SELECT v.n, v.visit_uid, k.kit_no, 1 + _h(2240, v.n, 3) FROM (SELECT row_number() OVER (ORDER BY visit_uid) AS n, visit_uid FROM visit) v JOIN (SELECT row_number() OVER (ORDER BY md5(kit_no)) AS n, kit_no FROM kit) k USING (n) WHERE n <= 700;
INSERT INTO query_log SELECT i, (ARRAY['answer', 'visit'])[1 + _h(2241, i, 2)], 20000 + i * 3, _d(2242, i), _h(2243, i, 60) FROM generate_series(1, 150) i;
DROP FUNCTION _s(bigint);
DROP FUNCTION _u(bigint);
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
