-- hospital: short English abbreviations, roles of physicians, a subtype that shares its key, a ward of two columns.
-- Own definition and generated data; no foreign keys: the truth is in hospital.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE pt (pt_id int PRIMARY KEY, mrn varchar(10) UNIQUE, lname text, fname text, dob date, sex char(1), pcp_phys_id int, ins_plan_cd varchar(6), mother_pt_id int, zip varchar(5));
CREATE TABLE phys (phys_id int PRIMARY KEY, lname text, fname text, dept_cd varchar(4), spec_cd varchar(4), supv_phys_id int, pager_ext int);
CREATE TABLE phys_lic (phys_id int PRIMARY KEY, lic_no varchar(12) UNIQUE, lic_st char(2), exp_dt date);
CREATE TABLE dept (dept_cd varchar(4) PRIMARY KEY, dept_nm text, head_phys_id int, bldg char(1), flr int);
CREATE TABLE spec (spec_cd varchar(4) PRIMARY KEY, spec_nm text);
CREATE TABLE ward (bldg char(1) NOT NULL, ward_no int NOT NULL, dept_cd varchar(4), beds int, PRIMARY KEY (bldg, ward_no));
CREATE TABLE bed (bed_id int PRIMARY KEY, bldg char(1) NOT NULL, ward_no int NOT NULL, bed_no int, isolation boolean);
CREATE TABLE ins_plan (plan_cd varchar(6) PRIMARY KEY, plan_nm text, payer_id int);
CREATE TABLE payer (payer_id int PRIMARY KEY, payer_nm text, st char(2), zip varchar(5));
CREATE TABLE enc (enc_no varchar(12) PRIMARY KEY, pt_id int NOT NULL, adm_phys_id int, att_phys_id int, enc_typ char(1), adm_dt timestamp, dsch_dt timestamp, bed_id int, drg int, los int);
CREATE TABLE enc_dx (enc_no varchar(12) NOT NULL, seq int NOT NULL, icd_cd varchar(7) NOT NULL, poa char(1), PRIMARY KEY (enc_no, seq));
CREATE TABLE icd (icd_cd varchar(7) PRIMARY KEY, descr text, chap int);
CREATE TABLE proc_cat (cpt varchar(5) PRIMARY KEY, descr text, rvu numeric(6,2));
CREATE TABLE enc_proc (enc_proc_id int PRIMARY KEY, enc_no varchar(12) NOT NULL, cpt varchar(5) NOT NULL, phys_id int, asst_phys_id int, qty int, proc_dt timestamp);
CREATE TABLE med (ndc varchar(11) PRIMARY KEY, med_nm text, form_cd char(3), strength int);
CREATE TABLE rx (rx_id int PRIMARY KEY, enc_no varchar(12), pt_id int NOT NULL, ndc varchar(11) NOT NULL, ord_phys_id int NOT NULL, dose int, refills int, prev_rx_id int);
CREATE TABLE lab_ord (ord_id int PRIMARY KEY, enc_no varchar(12) NOT NULL, phys_id int NOT NULL, ord_dt timestamp, prio int);
CREATE TABLE lab_rslt (ord_id int NOT NULL, line_no int NOT NULL, loinc varchar(8), val numeric(8,2), unit_cd varchar(6), PRIMARY KEY (ord_id, line_no));
CREATE TABLE rslt_cmt (cmt_id int PRIMARY KEY, ord_id int NOT NULL, line_no int NOT NULL, txt text);
CREATE TABLE allergy (pt_id int NOT NULL, ndc varchar(11) NOT NULL, sev int, PRIMARY KEY (pt_id, ndc));
CREATE TABLE audit_trl (audit_id bigint PRIMARY KEY, tbl_nm text, row_id int, usr varchar(10), ts timestamp);
INSERT INTO dept SELECT d, _w(901, ascii(d) + ascii(substr(d, 2))), 20 + 3 * (1 + _h(902, ascii(d) * 9 + ascii(substr(d, 2)), 80)), chr(65 + _h(903, ascii(d), 3)), 1 + _h(904, ascii(d), 7) FROM unnest(ARRAY['CARD', 'ONC', 'PED', 'SURG', 'ER', 'ICU', 'NEUR', 'ORTH', 'RAD', 'LAB', 'OBGY', 'PSY']) d;
INSERT INTO spec SELECT s, _w(905, ascii(s) * 3 + ascii(substr(s, 3))) FROM unnest(ARRAY['CAR', 'ONC', 'PED', 'GSU', 'EME', 'NEU', 'ORT', 'RAD', 'PAT', 'GYN', 'PSY', 'ANE', 'DER', 'URO']) s;
INSERT INTO phys SELECT 20 + i * 3, _w(906, i), _w(907, i), (SELECT dept_cd FROM dept ORDER BY dept_cd OFFSET _h(908, i, 12) LIMIT 1), (SELECT spec_cd FROM spec ORDER BY spec_cd OFFSET _h(909, i, 14) LIMIT 1), CASE WHEN i > 10 THEN 20 + 3 * (1 + _h(910, i, 10 + i / 4)) END, 1000 + _h(911, i, 9000) FROM generate_series(1, 80) i;
INSERT INTO phys_lic SELECT 20 + i * 3, 'LIC' || 100000 + i * 71, (ARRAY['NY', 'NJ', 'CT'])[1 + _h(912, i, 3)], _d(913, i) FROM generate_series(1, 80) i WHERE i % 9 > 0;
INSERT INTO ward SELECT b, n, (SELECT dept_cd FROM dept ORDER BY dept_cd OFFSET _h(914, ascii(b) * 10 + n, 12) LIMIT 1), 4 + _h(915, ascii(b) * 10 + n, 20) FROM unnest(ARRAY['A', 'B', 'C']) b, generate_series(1, 9) n WHERE b <> 'C' OR n < 6;
INSERT INTO bed SELECT row_number() OVER (ORDER BY bldg, ward_no, n), bldg, ward_no, n, _h(916, n, 7) = 0 FROM ward, generate_series(1, 24) n WHERE n <= beds;
INSERT INTO payer SELECT i, _w(917, i) || ' Health', (ARRAY['NY', 'NJ', 'CT'])[1 + _h(918, i, 3)], (10000 + _h(919, i, 9000))::text FROM generate_series(1, 14) i;
INSERT INTO ins_plan SELECT 'P' || lpad((i * 11)::text, 4, '0'), _w(920, i), 1 + _h(921, i, 14) FROM generate_series(1, 50) i;
INSERT INTO pt SELECT 100000 + i * 2 + _h(922, i, 2), 'M' || lpad((i * 97)::text, 8, '0'), _w(923, i), _w(924, i), date '1940-01-01' + _h(925, i, 29000), (ARRAY['M', 'F'])[1 + _h(926, i, 2)], CASE WHEN _h(927, i, 6) > 0 THEN 20 + 3 * (1 + _h(928, i, 80)) END, CASE WHEN _h(929, i, 9) > 0 THEN 'P' || lpad(((1 + _h(930, i, 50)) * 11)::text, 4, '0') END, CASE WHEN i > 100 AND _h(931, i, 8) = 0 THEN 100000 + (i / 2) * 2 + _h(922, i / 2, 2) END, (10000 + _h(932, i, 9000))::text FROM generate_series(1, 900) i;
INSERT INTO enc SELECT 'E' || lpad((i * 13)::text, 9, '0'), 100000 + p * 2 + _h(922, p, 2), CASE WHEN _h(933, i, 7) > 0 THEN 20 + 3 * (1 + _h(934, i, 80)) END, 20 + 3 * (1 + _h(935, i, 80)), (ARRAY['I', 'O', 'E'])[1 + _h(936, i, 3)], timestamp '2022-01-01' + i * interval '11 hours', CASE WHEN _h(937, i, 25) > 0 THEN timestamp '2022-01-03' + i * interval '11 hours' END, CASE WHEN _h(936, i, 3) = 0 THEN 1 + _h(938, i, 250) END, 1 + _h(939, i, 400), 1 + _h(940, i, 12) FROM (SELECT i, 1 + _h(941, i, 900) AS p FROM generate_series(1, 1500) i) x;
INSERT INTO icd SELECT chr(65 + i % 26) || lpad((i % 97)::text, 2, '0') || '.' || i / 97, _w(942, i), 1 + _h(943, i, 21) FROM generate_series(1, 400) i;
INSERT INTO enc_dx SELECT 'E' || lpad((i * 13)::text, 9, '0'), k, (SELECT chr(65 + n % 26) || lpad((n % 97)::text, 2, '0') || '.' || n / 97 FROM (SELECT 1 + _h(944, i * 4 + k, 400) AS n) z), (ARRAY['Y', 'N', 'U'])[1 + _h(945, i * 4 + k, 3)] FROM generate_series(1, 1500) i, generate_series(1, 3) k WHERE k <= _h(946, i, 4);
INSERT INTO proc_cat SELECT (10000 + i * 37)::text, _w(947, i), _h(948, i, 4000) / 100.0 FROM generate_series(1, 220) i;
INSERT INTO enc_proc SELECT i, 'E' || lpad(((1 + _h(949, i, 1500)) * 13)::text, 9, '0'), (10000 + (1 + _h(950, i, 220)) * 37)::text, 20 + 3 * (1 + _h(951, i, 80)), CASE WHEN _h(952, i, 3) = 0 THEN 20 + 3 * (1 + _h(953, i, 80)) END, 1 + _h(954, i, 4), timestamp '2022-01-01' + i * interval '12 hours' FROM generate_series(1, 1100) i;
INSERT INTO med SELECT lpad((i * 30011)::text, 11, '0'), _w(955, i), (ARRAY['TAB', 'CAP', 'INJ'])[1 + _h(956, i, 3)], 5 * (1 + _h(957, i, 100)) FROM generate_series(1, 260) i;
INSERT INTO rx SELECT 7000 + i, CASE WHEN _h(958, i, 4) > 0 THEN 'E' || lpad(((1 + _h(959, i, 1500)) * 13)::text, 9, '0') END, 100000 + p * 2 + _h(922, p, 2), lpad(((1 + _h(960, i, 260)) * 30011)::text, 11, '0'), 20 + 3 * (1 + _h(961, i, 80)), 1 + _h(962, i, 9), _h(963, i, 6), CASE WHEN i > 30 AND _h(964, i, 5) = 0 THEN 7000 + 1 + _h(965, i, i - 1) END FROM (SELECT i, 1 + _h(966, i, 900) AS p FROM generate_series(1, 1300) i) x;
INSERT INTO lab_ord SELECT 300 + i, 'E' || lpad(((1 + _h(967, i, 1500)) * 13)::text, 9, '0'), 20 + 3 * (1 + _h(968, i, 80)), timestamp '2022-01-01' + i * interval '9 hours', 1 + _h(969, i, 3) FROM generate_series(1, 1000) i;
INSERT INTO lab_rslt SELECT 300 + i, k, (1000 + _h(970, i * 3 + k, 400))::text || '-' || k, _h(971, i * 3 + k, 90000) / 100.0, (ARRAY['mg', 'mmol', 'g/L'])[1 + _h(972, i * 3 + k, 3)] FROM generate_series(1, 1000) i, generate_series(1, 2) k WHERE k <= 1 + _h(973, i, 2);
INSERT INTO rslt_cmt SELECT row_number() OVER (ORDER BY ord_id, line_no), ord_id, line_no, _w(974, ord_id) FROM lab_rslt WHERE _h(975, ord_id * 2 + line_no, 4) = 0;
INSERT INTO allergy SELECT DISTINCT ON (1, 2) 100000 + p * 2 + _h(922, p, 2), lpad(((1 + _h(976, i, 260)) * 30011)::text, 11, '0'), 1 + _h(977, i, 3) FROM (SELECT i, 1 + _h(978, i, 900) AS p FROM generate_series(1, 400) i) x;
INSERT INTO audit_trl SELECT i, (ARRAY['pt', 'enc', 'rx'])[1 + _h(979, i, 3)], 1 + _h(980, i, 250), 'u' || _h(981, i, 40), timestamp '2022-01-01' + i * interval '3 hours' FROM generate_series(1, 900) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
