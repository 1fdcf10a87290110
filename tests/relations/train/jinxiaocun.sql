-- jinxiaocun: an old stock system with pinyin names and abbreviations; five tables have no key and 3 % of some references lead nowhere.
-- Own definition and generated data; no foreign keys: the truth is in jinxiaocun.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE t_bumen (bmid int PRIMARY KEY, bmmc varchar(40), sjbmid int, fzrid int, paixu int);
CREATE TABLE t_yuangong (ygid int PRIMARY KEY, ygxm varchar(20), bmid int, xb char(1), rzrq date, zt int);
CREATE TABLE t_kehu (khbh varchar(10) PRIMARY KEY, khmc varchar(60), dqdm varchar(6), ywyid int, xydj int, lxdh varchar(20));
CREATE TABLE t_diqu (dqdm varchar(6) PRIMARY KEY, dqmc varchar(40), sjdm varchar(6));
CREATE TABLE t_gys (gysid int PRIMARY KEY, gysmc varchar(60), dqdm varchar(6), lxr varchar(20));
CREATE TABLE t_splb (lbdm varchar(4) PRIMARY KEY, lbmc varchar(40));
CREATE TABLE t_shangpin (spbm varchar(12) PRIMARY KEY, spmc varchar(60), lbdm varchar(4), gysid int, dwdm char(2), jj numeric(10,2), sj numeric(10,2), zt int);
CREATE TABLE t_cangku (ckdm varchar(4) PRIMARY KEY, ckmc varchar(40), gly int, dz varchar(80));
CREATE TABLE t_kucun (ckdm varchar(4) NOT NULL, spbm varchar(12) NOT NULL, sl int, xxs int, PRIMARY KEY (ckdm, spbm));
CREATE TABLE t_dingdan (ddh varchar(14) PRIMARY KEY, khbh varchar(10), ygid int, ddrq date, ddzt int, je numeric(12,2));
CREATE TABLE t_ddmx (ddh varchar(14), xh int, spbm varchar(12), sl int, dj numeric(10,2), zkl int);
CREATE TABLE t_rukudan (rkdh varchar(14) PRIMARY KEY, gysid int, ckdm varchar(4), rkrq date, jbr int);
CREATE TABLE t_rkmx (rkdh varchar(14), hh int, spbm varchar(12), sl int, jj numeric(10,2));
CREATE TABLE t_chukudan (ckdh varchar(14) PRIMARY KEY, ddh varchar(14), ckdm varchar(4), ckrq date);
CREATE TABLE t_pandian (pdid int PRIMARY KEY, ckdm varchar(4), spbm varchar(12), zmsl int, spsl int, pdrq date);
CREATE TABLE t_shoukuan (skid int, khbh varchar(10), ddh varchar(14), je numeric(12,2), skfs int, skrq date);
CREATE TABLE t_yonghu (yhm varchar(20) PRIMARY KEY, mm varchar(40), ygid int, jsid int);
CREATE TABLE t_juese (jsid int PRIMARY KEY, jsmc varchar(20));
CREATE TABLE t_zidian (zdlx varchar(10), zdz int, zdmc varchar(40), paixu int);
CREATE TABLE t_rizhi (rzid bigint, yhm varchar(20), czlx int, czsj timestamp, bz varchar(100));
INSERT INTO t_bumen SELECT i, _w(701, i), CASE WHEN i > 3 THEN 1 + _h(702, i, i - 1) END, CASE WHEN _h(703, i, 9) > 0 THEN 1001 + _h(704, i, 150) END, i FROM generate_series(1, 18) i;
INSERT INTO t_yuangong SELECT 1000 + i, _w(705, i), 1 + _h(706, i, 18), (ARRAY['M', 'F'])[1 + _h(707, i, 2)], _d(708, i), _h(709, i, 3) FROM generate_series(1, 150) i;
INSERT INTO t_diqu SELECT (110000 + i * 100)::text, _w(710, i), CASE WHEN i > 8 THEN (110000 + (1 + _h(711, i, 8)) * 100)::text END FROM generate_series(1, 80) i;
INSERT INTO t_kehu SELECT 'KH' || lpad(i::text, 5, '0'), _w(712, i), CASE WHEN _h(713, i, 33) = 0 THEN '999999' ELSE (110000 + (1 + _h(714, i, 80)) * 100)::text END, CASE WHEN _h(715, i, 10) > 0 THEN 1001 + _h(716, i, 60) END, 1 + _h(717, i, 5), (1300000 + _h(718, i, 900000))::text FROM generate_series(1, 320) i;
INSERT INTO t_gys SELECT i, _w(719, i), (110000 + (1 + _h(720, i, 80)) * 100)::text, _w(721, i) FROM generate_series(1, 45) i;
INSERT INTO t_splb SELECT 'L' || lpad(i::text, 2, '0'), _w(722, i) FROM generate_series(1, 22) i;
INSERT INTO t_shangpin SELECT '69' || lpad((i * 137)::text, 8, '0'), _w(723, i), 'L' || lpad((1 + _h(724, i, 22))::text, 2, '0'), 1 + _h(725, i, 45), (ARRAY['01', '02', '03', '05'])[1 + _h(726, i, 4)], _h(727, i, 9000) / 10.0, _h(728, i, 19000) / 10.0, _h(729, i, 3) FROM generate_series(1, 500) i;
INSERT INTO t_cangku SELECT 'CK' || lpad(i::text, 2, '0'), _w(730, i), 1001 + _h(731, i, 150), _w(732, i) FROM generate_series(1, 9) i;
INSERT INTO t_kucun SELECT 'CK' || lpad((1 + _h(733, i, 9))::text, 2, '0'), '69' || lpad((i * 137)::text, 8, '0'), _h(734, i, 900), _h(735, i, 20) * 5 FROM generate_series(1, 500) i UNION SELECT 'CK01', '69' || lpad((i * 2 * 137)::text, 8, '0'), _h(736, i, 900), 10 FROM generate_series(1, 250) i WHERE _h(733, i * 2, 9) > 0;
INSERT INTO t_dingdan SELECT 'DD2023' || lpad(i::text, 6, '0'), CASE WHEN _h(737, i, 33) = 0 THEN 'KH9' || lpad(i::text, 4, '0') ELSE 'KH' || lpad((1 + _h(738, i, 320))::text, 5, '0') END, CASE WHEN _h(739, i, 15) > 0 THEN 1001 + _h(740, i, 60) END, _d(741, i), _h(742, i, 6), _h(743, i, 900000) / 100.0 FROM generate_series(1, 1100) i;
INSERT INTO t_ddmx SELECT 'DD2023' || lpad(i::text, 6, '0'), k, CASE WHEN _h(744, i * 4 + k, 40) = 0 THEN '68' || lpad(i::text, 8, '0') ELSE '69' || lpad(((1 + _h(745, i * 4 + k, 500)) * 137)::text, 8, '0') END, 1 + _h(746, i * 4 + k, 30), _h(747, i * 4 + k, 9000) / 10.0, 80 + _h(748, i * 4 + k, 21) FROM generate_series(1, 1100) i, generate_series(1, 3) k WHERE k <= 1 + _h(749, i, 3);
INSERT INTO t_rukudan SELECT 'RK2023' || lpad(i::text, 6, '0'), 1 + _h(750, i, 45), 'CK' || lpad((1 + _h(751, i, 9))::text, 2, '0'), _d(752, i), 1001 + _h(753, i, 150) FROM generate_series(1, 300) i;
INSERT INTO t_rkmx SELECT 'RK2023' || lpad(i::text, 6, '0'), k, '69' || lpad(((1 + _h(754, i * 4 + k, 500)) * 137)::text, 8, '0'), 1 + _h(755, i * 4 + k, 300), _h(756, i * 4 + k, 9000) / 10.0 FROM generate_series(1, 300) i, generate_series(1, 4) k WHERE k <= 1 + _h(757, i, 4);
INSERT INTO t_chukudan SELECT 'CC2023' || lpad(i::text, 6, '0'), 'DD2023' || lpad((1 + _h(758, i, 1100))::text, 6, '0'), 'CK' || lpad((1 + _h(759, i, 9))::text, 2, '0'), _d(760, i) FROM generate_series(1, 700) i;
INSERT INTO t_pandian SELECT 5000 + i, ckdm, spbm, sl, sl - _h(761, i, 4), _d(762, i / 50) FROM (SELECT row_number() OVER (ORDER BY ckdm, spbm) AS i, * FROM t_kucun) k WHERE _h(763, i, 3) = 0;
INSERT INTO t_shoukuan SELECT i, khbh, ddh, je, 1 + _h(764, i, 4), ddrq + 20 FROM (SELECT row_number() OVER (ORDER BY ddh) AS i, * FROM t_dingdan) d WHERE _h(765, i, 2) = 0 AND khbh NOT LIKE 'KH9%';
INSERT INTO t_juese SELECT i, _w(766, i) FROM generate_series(1, 7) i;
INSERT INTO t_yonghu SELECT 'yh' || lower(_w(767, i)) || i, md5('m' || i), 1000 + i * 2, 1 + _h(768, i, 7) FROM generate_series(1, 70) i;
INSERT INTO t_zidian SELECT t, v, _w(769, ascii(t) * 10 + v), v FROM unnest(ARRAY['ddzt', 'skfs', 'czlx', 'xydj']) t, generate_series(1, 6) v;
INSERT INTO t_rizhi SELECT i, (SELECT yhm FROM t_yonghu ORDER BY yhm OFFSET _h(770, i, 70) LIMIT 1), 1 + _h(771, i, 6), timestamp '2023-01-01' + i * interval '13 minutes', _w(772, i) FROM generate_series(1, 1500) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
