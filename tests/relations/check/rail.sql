-- rail: vowels left out: stn_cd, trn_no, rte, and numbers for everything.
-- Own definition and generated data; no foreign keys: the truth is in rail.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE stn (stn_cd varchar(5) PRIMARY KEY, stn_nm text, zn_cd char(3), pltfms int, lat numeric(7,4));
CREATE TABLE zn (zn_cd char(3) PRIMARY KEY, zn_nm text, hq_stn_cd varchar(5));
CREATE TABLE rte (rte_id int PRIMARY KEY, org_stn varchar(5) NOT NULL, dst_stn varchar(5) NOT NULL, km int);
CREATE TABLE rte_stp (rte_id int NOT NULL, stp_seq int NOT NULL, stn_cd varchar(5) NOT NULL, dwell int, PRIMARY KEY (rte_id, stp_seq));
CREATE TABLE trn (trn_no int PRIMARY KEY, trn_nm text, rte_id int NOT NULL, typ_cd char(2), pair_trn_no int, dow_mask int);
CREATE TABLE trn_typ (typ_cd char(2) PRIMARY KEY, descr text, max_spd int);
CREATE TABLE run (trn_no int NOT NULL, run_dt date NOT NULL, drv_emp_no int, asst_emp_no int, loco_no int, delay int, PRIMARY KEY (trn_no, run_dt));
CREATE TABLE loco (loco_no int PRIMARY KEY, cls_cd varchar(4), home_shed int, mfg_yr int);
CREATE TABLE shed (shed_no int PRIMARY KEY, stn_cd varchar(5) NOT NULL, cap int);
CREATE TABLE emp (emp_no int PRIMARY KEY, emp_nm text, grd int, base_stn varchar(5), sup_emp_no int, dt_join date);
CREATE TABLE coach (coach_no varchar(8) PRIMARY KEY, cls char(2), seats int, blt_yr int);
CREATE TABLE run_coach (trn_no int NOT NULL, run_dt date NOT NULL, pos int NOT NULL, coach_no varchar(8) NOT NULL, PRIMARY KEY (trn_no, run_dt, pos));
CREATE TABLE pnr (pnr_no bigint PRIMARY KEY, trn_no int NOT NULL, run_dt date NOT NULL, frm_stn varchar(5) NOT NULL, to_stn varchar(5) NOT NULL, agt_cd int, fare int);
CREATE TABLE psgr (pnr_no bigint NOT NULL, psgr_no int NOT NULL, nm text, age int, coach_no varchar(8), seat_no int, PRIMARY KEY (pnr_no, psgr_no));
CREATE TABLE agt (agt_cd int PRIMARY KEY, agt_nm text, stn_cd varchar(5), comm_pct int);
CREATE TABLE rfnd (rfnd_id int PRIMARY KEY, pnr_no bigint NOT NULL, psgr_no int NOT NULL, amt int, aprv_by int);
CREATE TABLE sgnl_flt (flt_no int PRIMARY KEY, sect_from varchar(5), sect_to varchar(5), rptd_by int, hrs int, sev int);
CREATE FUNCTION _s(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT chr(65 + (i % 26)::int) || chr(65 + (i * 5 / 26 % 26)::int) || chr(65 + (i * 3 % 26)::int) || CASE WHEN i % 3 = 0 THEN 'J' ELSE '' END $$;
INSERT INTO stn SELECT _s(i), _w(2601, i), (ARRAY['NOR', 'SOU', 'EAS', 'WES', 'CEN'])[1 + _h(2602, i, 5)], 1 + _h(2603, i, 12), 20 + _h(2604, i, 90000) / 10000.0 FROM generate_series(1, 150) i;
INSERT INTO zn SELECT z, initcap(z), _s(1 + _h(2605, ascii(z), 150)) FROM unnest(ARRAY['NOR', 'SOU', 'EAS', 'WES', 'CEN', 'KON']) z;
INSERT INTO rte SELECT i, _s(1 + _h(2606, i, 150)), _s(1 + _h(2607, i, 150)), 40 + _h(2608, i, 1500) FROM generate_series(1, 65) i;
INSERT INTO rte_stp SELECT r, k, _s(1 + _h(2609, r * 12 + k, 150)), _h(2610, r * 12 + k, 15) FROM generate_series(1, 65) r, generate_series(1, 10) k WHERE k <= 3 + _h(2611, r, 8);
INSERT INTO trn_typ SELECT t, t || ' train', 80 + 10 * _h(2612, ascii(t), 10) FROM unnest(ARRAY['EX', 'MA', 'PA', 'SF', 'FR']) t;
INSERT INTO trn SELECT 12000 + i * 2, _w(2613, i), 1 + _h(2614, i, 65), (ARRAY['EX', 'MA', 'PA', 'SF'])[1 + _h(2615, i, 4)], CASE WHEN _h(2616, i, 4) > 0 THEN 12000 + 2 * (CASE WHEN i % 2 = 0 THEN i - 1 ELSE i + 1 END) END, 1 + _h(2617, i, 127) FROM generate_series(1, 180) i;
INSERT INTO shed SELECT i, _s(1 + _h(2618, i, 150)), 5 + _h(2619, i, 40) FROM generate_series(1, 22) i;
INSERT INTO loco SELECT 30000 + i * 7, (ARRAY['WAP7', 'WAG9', 'WDM3'])[1 + _h(2620, i, 3)], 1 + _h(2621, i, 22), 1980 + _h(2622, i, 44) FROM generate_series(1, 130) i;
INSERT INTO emp SELECT 550000 + i * 11, _w(2623, i), 1 + _h(2624, i, 9), CASE WHEN _h(2625, i, 9) > 0 THEN _s(1 + _h(2626, i, 150)) END, CASE WHEN i > 8 THEN 550000 + 11 * (1 + _h(2627, i, 8 + i / 9)) END, _d(2628, i) FROM generate_series(1, 260) i;
INSERT INTO run SELECT 12000 + i * 2, date '2024-05-01' + d, CASE WHEN _h(2629, i * 6 + d, 20) > 0 THEN 550000 + 11 * (1 + _h(2630, i * 6 + d, 260)) END, CASE WHEN _h(2631, i * 6 + d, 2) > 0 THEN 550000 + 11 * (1 + _h(2632, i * 6 + d, 260)) END, 30000 + 7 * (1 + _h(2633, i * 6 + d, 130)), _h(2634, i * 6 + d, 60) FROM generate_series(1, 180) i, generate_series(0, 4) d WHERE _h(2635, i * 6 + d, 3) > 0;
INSERT INTO coach SELECT 'C' || lpad((i * 19)::text, 6, '0'), (ARRAY['1A', '2A', 'SL', 'GN'])[1 + _h(2636, i, 4)], 40 + _h(2637, i, 40), 1990 + _h(2638, i, 34) FROM generate_series(1, 300) i;
INSERT INTO run_coach SELECT trn_no, run_dt, p, 'C' || lpad(((1 + _h(2639, trn_no * 20 + extract(day FROM run_dt)::int * 4 + p, 300)) * 19)::text, 6, '0') FROM run, generate_series(1, 3) p;
INSERT INTO agt SELECT 400 + i * 3, _w(2640, i), CASE WHEN _h(2641, i, 6) > 0 THEN _s(1 + _h(2642, i, 150)) END, 1 + _h(2643, i, 5) FROM generate_series(1, 48) i;
INSERT INTO pnr SELECT 8100000000 + i * 13, r.trn_no, r.run_dt, _s(1 + _h(2644, i, 150)), _s(1 + _h(2645, i, 150)), CASE WHEN _h(2646, i, 3) > 0 THEN 400 + 3 * (1 + _h(2647, i, 48)) END, 100 + _h(2648, i, 3000) FROM generate_series(1, 900) i JOIN (SELECT row_number() OVER (ORDER BY trn_no, run_dt) - 1 AS n, * FROM run) r ON r.n = _h(2649, i, 560);
INSERT INTO psgr SELECT 8100000000 + i * 13, k, _w(2650, i * 4 + k), 1 + _h(2651, i * 4 + k, 90), CASE WHEN _h(2652, i * 4 + k, 5) > 0 THEN 'C' || lpad(((1 + _h(2653, i * 4 + k, 300)) * 19)::text, 6, '0') END, 1 + _h(2654, i * 4 + k, 72) FROM generate_series(1, 900) i, generate_series(1, 3) k WHERE k <= 1 + _h(2655, i, 3);
INSERT INTO rfnd SELECT row_number() OVER (ORDER BY pnr_no, psgr_no), pnr_no, psgr_no, 50 + _h(2656, pnr_no, 900), 550000 + 11 * (1 + _h(2657, pnr_no, 260)) FROM psgr WHERE _h(2658, pnr_no * 4 + psgr_no, 9) = 0;
INSERT INTO sgnl_flt SELECT i, _s(1 + _h(2659, i, 150)), _s(1 + _h(2660, i, 150)), CASE WHEN _h(2661, i, 5) > 0 THEN 550000 + 11 * (1 + _h(2662, i, 260)) END, 1 + _h(2663, i, 40), 1 + _h(2664, i, 4) FROM generate_series(1, 240) i;
DROP FUNCTION _s(bigint);
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
