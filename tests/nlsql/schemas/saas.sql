-- Sample database "saas" (customers, subscriptions, projects and tickets of a software company, pinyin names): own text, generated data.
--   createdb saas && psql -X -q -v seed=0 -d saas -f saas.sql
\set ON_ERROR_STOP on
\if :{?seed} \else \set seed 0 \endif
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
SET TIME ZONE 'UTC';
BEGIN;
CREATE FUNCTION pg_temp.r(seed int, stream int, i bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  'SELECT (hashint8extended(i, seed::bigint * 1000 + stream) & 1073741823)::float8 / 1073741824.0';

CREATE TABLE kehu (id int PRIMARY KEY, "gongsiMing" text NOT NULL UNIQUE, hangye text NOT NULL, guojia text NOT NULL, "zhuceSj" timestamptz NOT NULL, "apiMiyao" text NOT NULL);
CREATE TABLE taocan (id int PRIMARY KEY, mingcheng text NOT NULL UNIQUE, "biaoJia" numeric(8,2) NOT NULL);
CREATE TABLE dingyue (id int PRIMARY KEY, "kehuId" int NOT NULL, "taocanId" int NOT NULL, "yueFei" numeric(10,2) NOT NULL, xiwei int NOT NULL,
  "kaishiRq" date NOT NULL, "yiLiushi" boolean NOT NULL);
CREATE TABLE yuangong (id int PRIMARY KEY, xingming text NOT NULL UNIQUE, tuandui text NOT NULL, "ruzhiRq" date NOT NULL);
CREATE TABLE xiangmu (id int PRIMARY KEY, mingcheng text NOT NULL UNIQUE, "kehuId" int NOT NULL, "fuzerenId" int NOT NULL, zhuangtai text NOT NULL,
  yusuan numeric(12,2) NOT NULL, "jiezhiRq" date NOT NULL);
CREATE TABLE gongdan (id int PRIMARY KEY, biaoti text NOT NULL, "xiangmuId" int NOT NULL, "chuliRenId" int NOT NULL, youxianji text NOT NULL,
  yanzhong int NOT NULL, zhuangtai text NOT NULL, gongshi numeric(6,1) NOT NULL, "chuangjianSj" timestamptz NOT NULL, "guanbiSj" timestamptz);
CREATE TABLE pinglun (id int PRIMARY KEY, "gongdanId" int NOT NULL, "yuangongId" int NOT NULL, neirong text NOT NULL, "fabuSj" timestamptz NOT NULL);
CREATE TABLE biaoqian (id int PRIMARY KEY, "biaoqianMing" text NOT NULL UNIQUE);
CREATE TABLE "gongdanBiaoqian" ("gongdanId" int NOT NULL, "biaoqianId" int NOT NULL, PRIMARY KEY ("gongdanId", "biaoqianId"));

INSERT INTO kehu SELECT i,
  (ARRAY['Acorn','Blue','Cedar','Dawn','Echo','Frost','Gale','Hazel','Iris','Juno'])[1 + (i - 1) % 10] || ' ' ||
  (ARRAY['Labs','Works','Bank','Media','Health','Motors','Games','Cloud'])[1 + (i - 1) / 10],
  (ARRAY['finance','health','retail','games','education'])[1 + floor(power(pg_temp.r(:seed, 1, i), 1.3) * 5)::int],
  (ARRAY['China','Japan','Germany','Brazil','Canada','India'])[1 + floor(power(pg_temp.r(:seed, 2, i), 1.4) * 6)::int],
  timestamptz '2023-03-01 06:00+00' + power(pg_temp.r(:seed, 3, i), 0.8) * interval '851 days', md5('saas' || i)
  FROM generate_series(1, 80) i;
INSERT INTO taocan VALUES (1,'Starter',29), (2,'Team',99), (3,'Business',299), (4,'Enterprise',990), (5,'Legacy',49);
INSERT INTO dingyue SELECT i, 1 + floor(pg_temp.r(:seed, 4, i) * 74)::int, p, round((t."biaoJia" * (0.8 + 0.2 * pg_temp.r(:seed, 6, i))::numeric), 2), 1 + floor(pg_temp.r(:seed, 7, i) * 60)::int,
  date '2023-09-01' + floor(pg_temp.r(:seed, 8, i) * 668)::int, pg_temp.r(:seed, 9, i) < 0.22
  FROM generate_series(1, 190 + :seed % 7) i, LATERAL (SELECT 1 + floor(power(pg_temp.r(:seed, 5, i), 1.2) * 4)::int AS p) x, taocan t WHERE t.id = p;
INSERT INTO yuangong SELECT i, (ARRAY['周','吴','郑','冯','陈','褚','卫','蒋'])[1 + (i - 1) % 8] || (ARRAY['一鸣','晓岚','子轩','雨桐'])[1 + (i - 1) / 8],
  (ARRAY['backend','frontend','qa','support'])[1 + floor(pg_temp.r(:seed, 10, i) * 4)::int], date '2017-02-01' + floor(pg_temp.r(:seed, 11, i) * 3060)::int FROM generate_series(1, 30) i;
INSERT INTO xiangmu SELECT i, (ARRAY['Orion','Lyra','Vega','Atlas','Nova','Pulsar','Comet'])[1 + (i - 1) % 7] || '-' || (10 + (i - 1) / 7 * 3)::text,
  1 + floor(pg_temp.r(:seed, 12, i) * 70)::int, 1 + floor(pg_temp.r(:seed, 13, i) * 12)::int,
  (ARRAY['active','active','paused','done'])[1 + floor(pg_temp.r(:seed, 14, i) * 4)::int], 5000 + 500 * floor(pg_temp.r(:seed, 15, i) * 190)::int,
  date '2024-09-01' + floor(pg_temp.r(:seed, 16, i) * 480)::int FROM generate_series(1, 56) i;
INSERT INTO gongdan SELECT i, (ARRAY['Crash on','Slow','Missing','Wrong','Cannot open'])[1 + i % 5] || ' ' || (ARRAY['login page','export','report','invoice','dashboard','search','upload'])[1 + i % 7],
  1 + floor(power(pg_temp.r(:seed, 20, i), 1.4) * 52)::int, 1 + floor(power(pg_temp.r(:seed, 21, i), 1.3) * 27)::int,
  (ARRAY['low','normal','normal','high','urgent'])[1 + floor(pg_temp.r(:seed, 22, i) * 5)::int], 1 + floor(pg_temp.r(:seed, 23, i) * 4)::int, st,
  round((0.5 + 30 * power(pg_temp.r(:seed, 25, i), 2))::numeric, 1), ct, CASE WHEN st = 'closed' THEN least(ct + pg_temp.r(:seed, 26, i) * interval '20 days', timestamptz '2025-06-30 22:00+00') END
  FROM generate_series(1, 1700 + 3 * (:seed % 9)) i,
  LATERAL (SELECT date_trunc('second', timestamptz '2024-01-01 02:00+00' + power(pg_temp.r(:seed, 24, i), 0.85) * interval '546 days 14 hours') AS ct,
    (ARRAY['closed','closed','closed','open','doing','rejected'])[1 + floor(pg_temp.r(:seed, 27, i) * 6)::int] AS st) a;
INSERT INTO pinglun SELECT i, g.id, 1 + floor(pg_temp.r(:seed, 31, i) * 28)::int, (ARRAY['Fixed in next build','Cannot reproduce','需要更多日志','Please retry','已转给后端'])[1 + i % 5],
  date_trunc('second', g."chuangjianSj" + pg_temp.r(:seed, 32, i) * least(interval '12 days', timestamptz '2025-06-30 23:30+00' - g."chuangjianSj"))
  FROM generate_series(1, 3600 + :seed % 9) i, LATERAL (SELECT 1 + floor(pg_temp.r(:seed, 30, i) * 1690)::int AS gid) x, gongdan g WHERE g.id = gid;
INSERT INTO biaoqian SELECT i, n FROM unnest(ARRAY['bug','feature','docs','security','performance','billing','mobile','wontfix']) WITH ORDINALITY t(n, i);
INSERT INTO "gongdanBiaoqian" SELECT DISTINCT 1 + floor(pg_temp.r(:seed, 40, i) * 1690)::int, 1 + floor(power(pg_temp.r(:seed, 41, i), 1.3) * 7)::int FROM generate_series(1, 2300) i;
ALTER TABLE dingyue ADD FOREIGN KEY ("kehuId") REFERENCES kehu, ADD FOREIGN KEY ("taocanId") REFERENCES taocan;
ALTER TABLE xiangmu ADD FOREIGN KEY ("kehuId") REFERENCES kehu, ADD FOREIGN KEY ("fuzerenId") REFERENCES yuangong;
ALTER TABLE gongdan ADD FOREIGN KEY ("xiangmuId") REFERENCES xiangmu, ADD FOREIGN KEY ("chuliRenId") REFERENCES yuangong;
ALTER TABLE pinglun ADD FOREIGN KEY ("gongdanId") REFERENCES gongdan, ADD FOREIGN KEY ("yuangongId") REFERENCES yuangong;
ALTER TABLE "gongdanBiaoqian" ADD FOREIGN KEY ("gongdanId") REFERENCES gongdan, ADD FOREIGN KEY ("biaoqianId") REFERENCES biaoqian;
COMMIT;
ANALYZE;
