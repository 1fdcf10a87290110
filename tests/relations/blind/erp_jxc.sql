-- erp_jxc: legacy trade ERP: abbreviations and pinyin, some tables without key, a few orphans
-- Own DDL and generated data (deterministic, no random()); foreign keys left out on purpose, truth in erp_jxc.fks.tsv.
-- Load into an empty database: psql -v ON_ERROR_STOP=1 -q -f erp_jxc.sql
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['bra','che','dor','fen','gal','hu','jor','kel','lin','mar','ne','os','pel','ro','sil','tan'])[1+_h(seed,i,16)] ||
   (ARRAY['ba','dri','go','lle','mi','no','sta','ve'])[1+_h(seed+1,i,8)] || (ARRAY['n','rd','s','x','la','to'])[1+_h(seed+2,i,6)]) $$;
CREATE TABLE dept (dept_cd varchar(6) PRIMARY KEY, dept_nm varchar(40), up_dept_cd varchar(6), mgr_emp_nr int);
CREATE TABLE emp (emp_nr int PRIMARY KEY, emp_nm varchar(40) NOT NULL, dept_cd varchar(6), zw_dj int, rz_rq date, xb char(1));
CREATE TABLE hb (hb_dm char(3) NOT NULL, hb_mc varchar(20), hl numeric(10,4));
CREATE UNIQUE INDEX hb_i1 ON hb (hb_dm);
CREATE TABLE jldw (dw_dm varchar(4), dw_mc varchar(20));
CREATE TABLE wl_lb (lb_dm varchar(8) PRIMARY KEY, lb_mc varchar(40), sj_lb_dm varchar(8));
CREATE TABLE gys (gys_dm char(5) PRIMARY KEY, gys_mc varchar(60) NOT NULL, hb_dm char(3), xydj char(1), lxr varchar(20));
CREATE TABLE wl (wl_id numeric(8) PRIMARY KEY, wl_mc varchar(60) NOT NULL, lb_dm varchar(8) NOT NULL, jl_dw varchar(4), zgys_dm char(5), aqkc int, abc char(1));
CREATE TABLE cust (cust_no varchar(8) PRIMARY KEY, cust_nm varchar(60) NOT NULL, hb_dm char(3), ywy_nr int, cust_typ char(2), zq_ts int);
CREATE TABLE ck (ck_bh char(3) PRIMARY KEY, ck_mc varchar(30), bgy_nr int);
CREATE TABLE kw (ck_bh char(3) NOT NULL, kw_bh varchar(6) NOT NULL, cs int, rl int, PRIMARY KEY (ck_bh, kw_bh));
CREATE TABLE kc (wl_id numeric(8), ck_bh char(3), kw_bh varchar(6), sl int, pd_rq date);
CREATE TABLE dd (dd_h varchar(12) PRIMARY KEY, cust_no varchar(8), jsr_nr int, shr_nr int, dd_rq date, zt char(1), hb_dm char(3));
CREATE TABLE dd_mx (dd_h varchar(12) NOT NULL, xh smallint NOT NULL, wl_id numeric(8) NOT NULL, sl int, dj numeric(10,2), PRIMARY KEY (dd_h, xh));
CREATE TABLE fhd (fh_id int PRIMARY KEY, dd_h varchar(12) NOT NULL, xh smallint NOT NULL, ck_bh char(3), fh_sl int, fh_rq date);
CREATE TABLE cgd (cgd_h int PRIMARY KEY, gys_dm char(5), cgy_nr int, cg_rq date, zt char(1));
CREATE TABLE cgd_mx (cgd_h int NOT NULL, xh smallint NOT NULL, wl_id numeric(8), sl int, dj numeric(10,2), PRIMARY KEY (cgd_h, xh));
CREATE TABLE rkd (rk_id int PRIMARY KEY, cgd_h int, xh smallint, ck_bh char(3), rk_sl int, yhr_nr int);
CREATE TABLE fp (fp_h varchar(10) PRIMARY KEY, dd_h varchar(12), je numeric(12,2), kp_rq date);
CREATE TABLE sk (sk_rq date, fp_h varchar(10), je numeric(12,2), fs_dm char(1));
CREATE TABLE kq (emp_nr int, ny int, cq_ts int, cd_cs int);
CREATE TABLE bom (f_wl numeric(8) NOT NULL, z_wl numeric(8) NOT NULL, yl numeric(8,2), PRIMARY KEY (f_wl, z_wl));
CREATE TABLE sys_cs (cs_dm varchar(10) PRIMARY KEY, cs_z int, bz varchar(40));
INSERT INTO dept SELECT 'D'||lpad((i*10)::text,3,'0'), 'Dept '||_w(4000,i), CASE WHEN i>3 THEN 'D'||lpad(((1+_h(4003,i,LEAST(i-1,6)))*10)::text,3,'0') END, CASE WHEN i<>7 THEN 1001+3*_h(4004,i,140) END FROM generate_series(1,22) i;
INSERT INTO emp SELECT 1001+3*(i-1), _w(4005,i), CASE WHEN _h(4008,i,20)>0 THEN 'D'||lpad(((1+_h(4009,i,22))*10)::text,3,'0') END, 1+_h(4010,i,9), date '2005-01-01'+_h(4011,i,6000), (ARRAY['M','F'])[1+_h(4012,i,2)] FROM generate_series(1,140) i;
INSERT INTO hb VALUES ('CNY','renminbi',1),('USD','dollar',7.1),('EUR','euro',7.8),('JPY','yen',0.05),('HKD','hk dollar',0.91),('GBP','pound',9.0);
INSERT INTO jldw VALUES ('PC','piece'),('KG','kilogram'),('M','metre'),('L','litre'),('BOX','carton'),('SET','set'),('ROLL','roll'),('PAIR','pair');
INSERT INTO wl_lb SELECT lpad(i::text,2,'0')||'00', 'lb '||_w(4013,i), NULL FROM generate_series(1,8) i;
INSERT INTO wl_lb SELECT DISTINCT ON (1) lpad((1+_h(4016,i,8))::text,2,'0')||lpad((1+_h(4017,i,30))::text,2,'0'), 'lb '||_w(4018,i), NULL FROM generate_series(1,45) i ORDER BY 1, 2;
UPDATE wl_lb SET sj_lb_dm = substr(lb_dm,1,2)||'00' WHERE lb_dm NOT LIKE '%00';
INSERT INTO gys SELECT (10000+i*7)::text, _w(4021,i)||' gongsi', CASE WHEN _h(4024,i,9)>0 THEN (ARRAY['CNY','USD','EUR','HKD'])[1+_h(4025,i,4)] END, (ARRAY['A','B','C'])[1+_h(4026,i,3)], _w(4027,i) FROM generate_series(1,90) i;
INSERT INTO wl SELECT 200000+i*11, _w(4030,i)||' '||_w(4033,i), (SELECT lb_dm FROM wl_lb WHERE sj_lb_dm IS NOT NULL ORDER BY 1 OFFSET _h(4036,i,30) LIMIT 1), CASE WHEN _h(4037,i,25)>0 THEN (ARRAY['PC','KG','M','L','BOX','SET','ROLL'])[1+_h(4038,i,7)] END, CASE WHEN _h(4039,i,5)>0 THEN (10007+_h(4040,i,90)*7)::text END, _h(4041,i,100), (ARRAY['A','B','C'])[1+_h(4042,i,3)] FROM generate_series(1,600) i;
INSERT INTO cust SELECT 'K'||lpad(i::text,5,'0'), _w(4043,i)||' maoyi', (ARRAY['CNY','CNY','USD','EUR','JPY'])[1+_h(4046,i,5)], CASE WHEN _h(4047,i,8)>0 THEN 1001+3*_h(4048,i,140) END, (ARRAY['01','02','09'])[1+_h(4049,i,3)], 30*_h(4050,i,4) FROM generate_series(1,320) i;
INSERT INTO ck SELECT 'C'||lpad(i::text,2,'0'), 'cangku '||_w(4051,i), 1001+3*_h(4054,i,140) FROM generate_series(1,9) i;
INSERT INTO kw SELECT 'C'||lpad(i::text,2,'0'), chr(65+k/10)||'-'||lpad((k%10)::text,2,'0'), 1+_h(4055,i*100+k,5), 50*(1+_h(4056,i*100+k,6)) FROM generate_series(1,9) i, generate_series(0,39) k WHERE k<12+_h(4057,i,28);
INSERT INTO kc SELECT 200000+(1+_h(4058,n,600))*11, ck_bh, kw_bh, _h(4059,n,900), date '2023-12-31'-_h(4060,n,40) FROM (SELECT *, row_number() OVER (ORDER BY ck_bh, kw_bh) n FROM kw) x WHERE _h(4061,n,10)<9;
INSERT INTO kc SELECT 200000+(1+_h(4062,n,600))*11, ck_bh, kw_bh, _h(4063,n,900), date '2023-12-31'-_h(4064,n,40) FROM (SELECT *, row_number() OVER (ORDER BY kw_bh, ck_bh) n FROM kw) x WHERE _h(4065,n,10)<7;
INSERT INTO dd SELECT 'DD'||to_char(date '2023-01-01'+i/3,'YYMMDD')||lpad((i%3+1)::text,3,'0'), CASE WHEN _h(4066,i,48)=0 THEN 'K'||lpad((900+_h(4067,i,60))::text,5,'0') ELSE 'K'||lpad((1+_h(4068,i,320))::text,5,'0') END, 1001+3*_h(4069,i,140), CASE WHEN _h(4070,i,3)>0 THEN 1001+3*_h(4071,i,20) END, date '2023-01-01'+i/3, (ARRAY['0','1','2','9'])[1+_h(4072,i,4)], (ARRAY['CNY','USD','EUR','JPY','GBP'])[1+_h(4073,i,5)] FROM generate_series(1,800) i;
INSERT INTO dd_mx SELECT dd_h, k, 200000+(1+_h(4074,n*10+k,600))*11, 1+_h(4075,n*10+k,200), 1+_h(4076,n*10+k,90000)/100.0 FROM (SELECT dd_h, row_number() OVER (ORDER BY dd_h) n FROM dd) x, generate_series(1,4) k WHERE k<=1+_h(4077,n,4);
INSERT INTO fhd SELECT row_number() OVER (ORDER BY dd_h, xh), dd_h, xh, 'C'||lpad((1+_h(4078,n,9))::text,2,'0'), 1+_h(4079,n,sl), date '2023-02-01'+_h(4080,n,300) FROM (SELECT *, row_number() OVER (ORDER BY dd_h, xh) n FROM dd_mx) x WHERE _h(4081,n,10)<6;
INSERT INTO cgd SELECT 88000+i, (10007+_h(4082,i,90)*7)::text, CASE WHEN _h(4083,i,15)>0 THEN 1001+3*_h(4084,i,50) END, date '2023-01-05'+_h(4085,i,350), (ARRAY['0','1','9'])[1+_h(4086,i,3)] FROM generate_series(1,310) i;
INSERT INTO cgd_mx SELECT 88000+i, k, 200000+(1+_h(4087,i*10+k,600))*11, 10*(1+_h(4088,i*10+k,90)), 1+_h(4089,i*10+k,90000)/100.0 FROM generate_series(1,310) i, generate_series(1,5) k WHERE k<=1+_h(4090,i,5);
INSERT INTO rkd SELECT 1+2*row_number() OVER (ORDER BY cgd_h, xh), cgd_h, xh, 'C'||lpad((1+_h(4091,cgd_h*10+xh,9))::text,2,'0'), sl, CASE WHEN _h(4092,cgd_h*10+xh,6)>0 THEN 1001+3*_h(4093,cgd_h*10+xh,140) END FROM cgd_mx WHERE _h(4094,cgd_h*10+xh,10)<7;
INSERT INTO fp SELECT 'FP'||(6000+row_number() OVER (ORDER BY dd_h)), dd_h, _h(4095,n,900000)/100.0, dd_rq+_h(4096,n,40) FROM (SELECT *, row_number() OVER (ORDER BY dd_h) n FROM dd) x WHERE zt IN ('1','2');
INSERT INTO sk SELECT kp_rq+_h(4097,n,60), fp_h, je, (ARRAY['1','2','3'])[1+_h(4098,n,3)] FROM (SELECT *, row_number() OVER (ORDER BY fp_h) n FROM fp) x WHERE _h(4099,n,10)<8;
INSERT INTO sk SELECT kp_rq+70, fp_h, 10, '1' FROM (SELECT *, row_number() OVER (ORDER BY fp_h) n FROM fp) x WHERE _h(4100,n,10)<2;
INSERT INTO kq SELECT 1001+3*(e-1), 202300+m, 18+_h(4101,e*100+m,6), _h(4102,e*100+m,4) FROM generate_series(1,140) e, generate_series(1,12) m WHERE _h(4103,e*100+m,20)>0;
INSERT INTO bom SELECT DISTINCT ON (1,2) 200000+(1+_h(4501,i,80))*11, 200000+(100+_h(4502,i,500))*11, (1+_h(4104,i,400))/10.0 FROM generate_series(1,340) i ORDER BY 1,2,3;
INSERT INTO sys_cs SELECT 'CS'||lpad(i::text,3,'0'), 1+_h(4105,i,90), _w(4106,i) FROM generate_series(1,45) i;
DROP FUNCTION _w(int, bigint); DROP FUNCTION _h(int, bigint, int);
ANALYZE;
