-- partco: parts distributor, a column prefix for each table
-- Own DDL and generated data (deterministic, no random()); foreign keys left out on purpose, truth in partco.fks.tsv.
-- Load into an empty database: psql -v ON_ERROR_STOP=1 -q -f partco.sql
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['bra','che','dor','fen','gal','hu','jor','kel','lin','mar','ne','os','pel','ro','sil','tan'])[1+_h(seed,i,16)] ||
   (ARRAY['ba','dri','go','lle','mi','no','sta','ve'])[1+_h(seed+1,i,8)] || (ARRAY['n','rd','s','x','la','to'])[1+_h(seed+2,i,6)]) $$;
CREATE TABLE continent (k_key int PRIMARY KEY, k_name varchar(25) NOT NULL);
CREATE TABLE nation (n_key int PRIMARY KEY, n_name varchar(25) NOT NULL, n_contkey int NOT NULL);
CREATE TABLE mktseg (ms_code char(3) PRIMARY KEY, ms_text varchar(30) NOT NULL);
CREATE TABLE shipmode (sm_code varchar(6) PRIMARY KEY, sm_text varchar(30) NOT NULL, sm_days int NOT NULL);
CREATE TABLE retreason (rr_code char(2) PRIMARY KEY, rr_text varchar(40) NOT NULL);
CREATE TABLE brand (b_id int PRIMARY KEY, b_name varchar(20) NOT NULL, b_owner_b_id int);
CREATE TABLE customer (c_custkey int PRIMARY KEY, c_name varchar(30) NOT NULL, c_nationkey int NOT NULL, c_segment char(3), c_acctbal numeric(12,2), c_phone varchar(20));
CREATE TABLE supplier (s_suppkey int PRIMARY KEY, s_name varchar(30) NOT NULL, s_nationkey int NOT NULL, s_acctbal numeric(12,2), s_grade int NOT NULL);
CREATE TABLE part (p_partkey int PRIMARY KEY, p_name varchar(40) NOT NULL, p_brand int NOT NULL, p_size int NOT NULL, p_container varchar(10) NOT NULL, p_altpart int, p_retail numeric(10,2));
CREATE TABLE partsupp (ps_partkey int NOT NULL, ps_suppkey int NOT NULL, ps_availqty int NOT NULL, ps_cost numeric(10,2) NOT NULL, PRIMARY KEY (ps_partkey, ps_suppkey));
CREATE TABLE clerk (ck_id int PRIMARY KEY, ck_name varchar(30) NOT NULL, ck_boss int, ck_office int NOT NULL);
CREATE TABLE orders (o_orderkey int PRIMARY KEY, o_custkey int NOT NULL, o_clerk int, o_status char(1) NOT NULL, o_date date NOT NULL, o_prio int NOT NULL, o_total numeric(12,2));
CREATE TABLE lineitem (l_orderkey int NOT NULL, l_linenr int NOT NULL, l_partkey int NOT NULL, l_suppkey int NOT NULL, l_qty int NOT NULL, l_mode varchar(6), l_flag char(1) NOT NULL, l_tax int NOT NULL, PRIMARY KEY (l_orderkey, l_linenr));
CREATE TABLE returns (rt_id int PRIMARY KEY, rt_orderkey int NOT NULL, rt_linenr int NOT NULL, rt_reason char(2) NOT NULL, rt_qty int NOT NULL, rt_clerk int);
CREATE TABLE contract (ct_nr int PRIMARY KEY, ct_part int NOT NULL, ct_supp int NOT NULL, ct_from date NOT NULL, ct_minqty int NOT NULL, ct_signer int NOT NULL);
CREATE TABLE depot (d_id int PRIMARY KEY, d_name varchar(20) NOT NULL, d_nationkey int NOT NULL, d_docks int NOT NULL);
CREATE TABLE inventory (i_depot int NOT NULL, i_part int NOT NULL, i_qty int NOT NULL, i_bin int NOT NULL, PRIMARY KEY (i_depot, i_part));
CREATE TABLE kit (kt_part int NOT NULL, kt_component int NOT NULL, kt_qty int NOT NULL, PRIMARY KEY (kt_part, kt_component));
INSERT INTO continent SELECT i, (ARRAY['AFRICA','AMERICA','ASIA','EUROPE','OCEANIA'])[i+1] FROM generate_series(0,4) i;
INSERT INTO nation SELECT i, upper(_w(3000,i))||i, _h(3003,i,5) FROM generate_series(0,29) i;
INSERT INTO mktseg VALUES ('AUT','Automotive'),('BLD','Building'),('FUR','Furniture'),('MAC','Machinery'),('HHO','Household'),('GOV','Government');
INSERT INTO shipmode VALUES ('AIR','By air',2),('REGAIR','Regular air',4),('RAIL','Rail',7),('SHIP','Sea',28),('TRUCK','Road',5),('MAIL','Post',6),('FOB','Pick up',0);
INSERT INTO retreason VALUES ('DM','Damaged'),('WR','Wrong part'),('LT','Too late'),('QL','Quality'),('NL','No longer needed'),('OT','Other');
INSERT INTO brand SELECT i, 'Brand#'||i, CASE WHEN i>15 THEN 11+_h(3004,i,i-11) END FROM generate_series(11,50) i;
INSERT INTO customer SELECT i, 'Customer#'||lpad(i::text,6,'0'), _h(3005,i,30), CASE WHEN _h(3006,i,14)>0 THEN (ARRAY['AUT','BLD','FUR','MAC','HHO'])[1+_h(3007,i,5)] END, _h(3008,i,900000)/100.0, '+'||_h(3009,i,90)||'-'||_h(3010,i,90000) FROM generate_series(1,500) i;
INSERT INTO supplier SELECT i, 'Supplier#'||lpad(i::text,5,'0'), _h(3011,i,30), _h(3012,i,900000)/100.0, 1+_h(3013,i,5) FROM generate_series(1,80) i;
INSERT INTO part SELECT i, lower(_w(3014,i))||' '||lower(_w(3017,i)), 11+_h(3020,i,40), 1+_h(3021,i,50), (ARRAY['SM BOX','LG BOX','MED BAG','JUMBO PKG','WRAP CAN'])[1+_h(3022,i,5)], CASE WHEN _h(3023,i,6)=0 THEN 1+_h(3024,i,400) END, 900+_h(3025,i,90000)/100.0 FROM generate_series(1,400) i;
INSERT INTO partsupp SELECT DISTINCT ON (p, s) p, s, _h(3026,p*10+k,9999), 1+_h(3027,p*10+k,100000)/100.0 FROM (SELECT p, k, 1+_h(3028,p*10+k,80) s FROM generate_series(1,400) p, generate_series(1,4) k) x WHERE k<=1+_h(3029,p,4) ORDER BY p, s, k;
INSERT INTO clerk SELECT i, _w(3030,i)||' '||_w(3033,i), CASE WHEN i>4 THEN 1+_h(3036,i,LEAST(i-1,12)) END, 100+_h(3037,i,20) FROM generate_series(1,60) i;
INSERT INTO orders SELECT i*4+(i%3), 1+_h(3038,i,480), CASE WHEN _h(3039,i,12)>0 THEN 1+_h(3040,i,60) END, (ARRAY['O','F','P'])[1+_h(3041,i,3)], date '2019-01-01'+_h(3042,i,2000), 1+_h(3043,i,5), 100+_h(3044,i,9000000)/100.0 FROM generate_series(1,750) i;
INSERT INTO lineitem SELECT o, k, ps.ps_partkey, ps.ps_suppkey, 1+_h(3045,i*10+k,50), CASE WHEN _h(3046,i*10+k,20)>0 THEN (ARRAY['AIR','REGAIR','RAIL','SHIP','TRUCK','MAIL'])[1+_h(3047,i*10+k,6)] END, (ARRAY['R','A','N'])[1+_h(3048,i*10+k,3)], _h(3049,i*10+k,9) FROM (SELECT i, k, i*4+(i%3) o, 1+_h(3050,i*10+k,(SELECT count(*)::int FROM partsupp)) r FROM generate_series(1,750) i, generate_series(1,4) k WHERE k<=1+_h(3051,i,4)) x JOIN (SELECT *, row_number() OVER (ORDER BY ps_partkey, ps_suppkey) r FROM partsupp) ps USING (r);
INSERT INTO returns SELECT row_number() OVER (ORDER BY l_orderkey, l_linenr), l_orderkey, l_linenr, (ARRAY['DM','WR','LT','QL','OT'])[1+_h(3052,l_orderkey*10+l_linenr,5)], 1+_h(3053,l_orderkey*10+l_linenr,l_qty), CASE WHEN _h(3054,l_orderkey,4)>0 THEN 1+_h(3055,l_orderkey*10+l_linenr,60) END FROM lineitem WHERE _h(3056,l_orderkey*10+l_linenr,10)<2;
INSERT INTO contract SELECT 7000+row_number() OVER (ORDER BY ps_suppkey, ps_partkey), ps_partkey, ps_suppkey, date '2018-01-01'+_h(3057,ps_partkey*100+ps_suppkey,900), 10*(1+_h(3058,ps_partkey*100+ps_suppkey,50)), 1+_h(3059,ps_partkey*100+ps_suppkey,25) FROM partsupp WHERE _h(3060,ps_partkey*100+ps_suppkey,10)<3;
INSERT INTO depot SELECT i, 'Depot '||_w(3061,i), _h(3064,i,30), 1+_h(3065,i,12) FROM generate_series(1,9) i;
INSERT INTO inventory SELECT d, p, _h(3066,d*1000+p,5000), 1+_h(3067,d*1000+p,300) FROM generate_series(1,9) d, generate_series(1,400) p WHERE _h(3068,d*1000+p,100)<30;
INSERT INTO kit SELECT DISTINCT ON (a, b) a, b, q FROM (SELECT 1+_h(3069,i,60) a, 100+_h(3070,i,301) b, 1+_h(3071,i,8) q FROM generate_series(1,260) i) x ORDER BY a, b, q;
DROP FUNCTION _w(int, bigint); DROP FUNCTION _h(int, bigint, int);
ANALYZE;
