-- payroll: emp_no, mgr and dept_no, history tables whose key holds a date, short code tables.
-- Own definition and generated data; no foreign keys: the truth is in payroll.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE location (loc_no int PRIMARY KEY, city text, street text, zip varchar(6));
CREATE TABLE dept (dept_no int PRIMARY KEY, dname varchar(20), loc_no int, mgr_emp_no int, up_dept int, headcount int);
CREATE TABLE job (job_cd varchar(6) PRIMARY KEY, title text, min_sal int, max_sal int, grade int);
CREATE TABLE emp (emp_no int PRIMARY KEY, ename varchar(20), job_cd varchar(6) NOT NULL, mgr int, hired date, dept_no int, sal int, comm int, ext int);
CREATE TABLE job_hist (emp_no int NOT NULL, start_dt date NOT NULL, end_dt date, job_cd varchar(6) NOT NULL, dept_no int NOT NULL, PRIMARY KEY (emp_no, start_dt));
CREATE TABLE sal_hist (emp_no int NOT NULL, from_dt date NOT NULL, sal int, approved_by int, PRIMARY KEY (emp_no, from_dt));
CREATE TABLE dependent (emp_no int NOT NULL, dep_no int NOT NULL, dep_name text, rel char(1), born date, PRIMARY KEY (emp_no, dep_no));
CREATE TABLE benefit_plan (plan_id int PRIMARY KEY, plan_name text, monthly int);
CREATE TABLE enrollment (enroll_id int PRIMARY KEY, emp_no int NOT NULL, plan_id int NOT NULL, since date, tier int);
CREATE TABLE covered (enroll_id int NOT NULL, emp_no int NOT NULL, dep_no int NOT NULL, PRIMARY KEY (enroll_id, emp_no, dep_no));
CREATE TABLE pay_period (period_id int PRIMARY KEY, starts date, ends date, fiscal_year int, period_of_year int);
CREATE TABLE payslip (slip_no int PRIMARY KEY, emp_no int NOT NULL, period_id int NOT NULL, gross numeric(9,2), net numeric(9,2), copies int, UNIQUE (emp_no, period_id));
CREATE TABLE pay_code (pay_cd char(3) PRIMARY KEY, descr text, sign int);
CREATE TABLE payslip_line (slip_no int NOT NULL, line_no int NOT NULL, pay_cd char(3) NOT NULL, amt numeric(9,2), PRIMARY KEY (slip_no, line_no));
CREATE TABLE absence (abs_id int PRIMARY KEY, emp_no int NOT NULL, kind char(1), from_dt date, days int, substitute_emp_no int);
CREATE TABLE skill (skill_id int PRIMARY KEY, skill_name text);
CREATE TABLE emp_skill (emp_no int NOT NULL, skill_id int NOT NULL, lvl int, PRIMARY KEY (emp_no, skill_id));
CREATE TABLE review (review_id int PRIMARY KEY, emp_no int NOT NULL, reviewer int NOT NULL, score int, yr int);
CREATE TABLE applicant (appl_no int PRIMARY KEY, appl_name text, job_cd varchar(6), referred_by int, rating int);
CREATE TABLE print_queue (queue_pos int, doc text, slip_count int, tray int);
INSERT INTO location SELECT 1000 + i * 100, _w(1301, i), _w(1302, i), (10000 + _h(1303, i, 80000))::text FROM generate_series(1, 15) i;
INSERT INTO dept SELECT i * 10, upper(_w(1304, i)), CASE WHEN _h(1305, i, 9) > 0 THEN 1000 + 100 * (1 + _h(1306, i, 15)) END, 7000 + 3 * (1 + _h(1307, i, 60)), CASE WHEN i > 4 THEN 10 * (1 + _h(1308, i, i - 1)) END, 1 + _h(1309, i, 40) FROM generate_series(1, 27) i;
INSERT INTO job SELECT j, initcap(j), 1000 + 100 * _h(1310, ascii(j) * 3 + ascii(substr(j, 3)), 40), 6000 + 100 * _h(1311, ascii(j), 90), 1 + _h(1312, ascii(j), 9) FROM unnest(ARRAY['CLERK', 'SALES', 'MANAG', 'ANALY', 'PRES', 'ENGIN', 'TECHN', 'ADMIN', 'LEGAL', 'DRIVER', 'GUARD', 'NURSE']) j;
INSERT INTO emp SELECT 7000 + i * 3, upper(_w(1313, i)), (SELECT job_cd FROM job ORDER BY job_cd OFFSET _h(1314, i, 12) LIMIT 1), CASE WHEN i > 1 THEN 7000 + 3 * (1 + _h(1315, i, least(i - 1, 60))) END, _d(1316, i), CASE WHEN _h(1317, i, 30) > 0 THEN 10 * (1 + _h(1318, i, 27)) END, 900 + _h(1319, i, 5000), CASE WHEN _h(1320, i, 4) = 0 THEN _h(1321, i, 900) END, 100 + _h(1322, i, 900) FROM generate_series(1, 500) i;
INSERT INTO job_hist SELECT 7000 + i * 3, date '2010-01-01' + k * 400 + _h(1323, i, 90), date '2010-01-01' + k * 400 + 399, (SELECT job_cd FROM job ORDER BY job_cd OFFSET _h(1324, i * 3 + k, 12) LIMIT 1), 10 * (1 + _h(1325, i * 3 + k, 27)) FROM generate_series(1, 500) i, generate_series(1, 2) k WHERE k <= _h(1326, i, 3);
INSERT INTO sal_hist SELECT 7000 + i * 3, date '2018-01-01' + k * 365, 900 + _h(1327, i * 4 + k, 4000), CASE WHEN _h(1328, i * 4 + k, 5) > 0 THEN 7000 + 3 * (1 + _h(1329, i * 4 + k, 60)) END FROM generate_series(1, 500) i, generate_series(1, 4) k WHERE k <= 1 + _h(1330, i, 4);
INSERT INTO dependent SELECT 7000 + i * 3, k, _w(1331, i * 3 + k), (ARRAY['C', 'S'])[1 + _h(1332, i * 3 + k, 2)], date '1980-01-01' + _h(1333, i * 3 + k, 15000) FROM generate_series(1, 500) i, generate_series(1, 3) k WHERE k <= _h(1334, i, 4);
INSERT INTO benefit_plan SELECT i, _w(1335, i) || ' Plan', 20 + _h(1336, i, 400) FROM generate_series(1, 12) i;
INSERT INTO enrollment SELECT i, 7000 + 3 * e, 1 + _h(1337, i, 12), _d(1338, i), 1 + _h(1339, i, 3) FROM (SELECT i, 1 + _h(1340, i, 500) AS e FROM generate_series(1, 600) i) x;
INSERT INTO covered SELECT enroll_id, d.emp_no, dep_no FROM enrollment e JOIN dependent d ON d.emp_no = e.emp_no WHERE _h(1341, enroll_id * 4 + dep_no, 2) = 0;
INSERT INTO pay_period SELECT i, date '2023-01-01' + i * 30, date '2023-01-30' + i * 30, 2023 + i / 12, 1 + i % 12 FROM generate_series(1, 24) i;
INSERT INTO payslip SELECT 500000 + row_number() OVER (ORDER BY p, i), 7000 + i * 3, p, 1500 + _h(1342, i * 30 + p, 5000), 1100 + _h(1343, i * 30 + p, 3000), 1 + _h(1344, i, 2) FROM generate_series(1, 500) i, generate_series(1, 24) p WHERE _h(1345, i * 30 + p, 10) = 0;
INSERT INTO pay_code SELECT c, _w(1346, ascii(c) + ascii(substr(c, 2)) * 30), 1 FROM unnest(ARRAY['BAS', 'OVT', 'BON', 'TAX', 'SOC', 'PEN', 'UNI', 'CAR', 'LOA']) c;
INSERT INTO payslip_line SELECT slip_no, k, (ARRAY['BAS', 'TAX', 'SOC', 'OVT', 'BON'])[CASE WHEN k < 3 THEN k ELSE 3 + _h(1347, slip_no, 3) END], 10 + _h(1348, slip_no * 3 + k, 3000) FROM payslip, generate_series(1, 3) k WHERE k < 3 OR _h(1349, slip_no, 3) = 0;
INSERT INTO absence SELECT i, 7000 + 3 * (1 + _h(1350, i, 500)), (ARRAY['S', 'V', 'T'])[1 + _h(1351, i, 3)], _d(1352, i), 1 + _h(1353, i, 20), CASE WHEN _h(1354, i, 2) = 0 THEN 7000 + 3 * (1 + _h(1355, i, 500)) END FROM generate_series(1, 700) i;
INSERT INTO skill SELECT i, lower(_w(1356, i)) FROM generate_series(1, 45) i;
INSERT INTO emp_skill SELECT DISTINCT ON (1, 2) 7000 + 3 * (1 + _h(1357, i, 500)), 1 + _h(1358, i, 45), 1 + _h(1359, i, 5) FROM generate_series(1, 1000) i;
INSERT INTO review SELECT i, 7000 + 3 * (1 + _h(1360, i, 500)), 7000 + 3 * (1 + _h(1361, i, 60)), 1 + _h(1362, i, 5), 2020 + _h(1363, i, 5) FROM generate_series(1, 600) i;
INSERT INTO applicant SELECT 9000 + i, _w(1364, i), (SELECT job_cd FROM job ORDER BY job_cd OFFSET _h(1365, i, 12) LIMIT 1), CASE WHEN _h(1366, i, 4) = 0 THEN 7000 + 3 * (1 + _h(1367, i, 500)) END, 1 + _h(1368, i, 10) FROM generate_series(1, 180) i;
INSERT INTO print_queue SELECT i, 'doc' || i, 1 + _h(1369, i, 24), 1 + _h(1370, i, 4) FROM generate_series(1, 60) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
