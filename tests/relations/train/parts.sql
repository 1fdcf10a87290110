-- parts: a wholesale benchmark, in the style of TPC-H: a prefix on every column, a composite key that is referred to.
-- Own definition and generated data; no foreign keys: the truth is in parts.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE region (r_regionkey int PRIMARY KEY, r_name char(25) NOT NULL, r_comment varchar(152));
CREATE TABLE nation (n_nationkey int PRIMARY KEY, n_name char(25) NOT NULL, n_regionkey int NOT NULL, n_comment varchar(152));
CREATE TABLE supplier (s_suppkey int PRIMARY KEY, s_name char(25) NOT NULL, s_address varchar(40) NOT NULL, s_nationkey int NOT NULL, s_phone char(15) NOT NULL, s_acctbal numeric(15,2) NOT NULL, s_comment varchar(101));
CREATE TABLE customer (c_custkey int PRIMARY KEY, c_name varchar(25) NOT NULL, c_address varchar(40) NOT NULL, c_nationkey int NOT NULL, c_phone char(15) NOT NULL, c_acctbal numeric(15,2) NOT NULL, c_mktsegment char(10) NOT NULL, c_comment varchar(117));
CREATE TABLE part (p_partkey int PRIMARY KEY, p_name varchar(55) NOT NULL, p_mfgr char(25) NOT NULL, p_brand char(10) NOT NULL, p_type varchar(25) NOT NULL, p_size int NOT NULL, p_container char(10) NOT NULL, p_retailprice numeric(15,2) NOT NULL, p_comment varchar(23));
CREATE TABLE partsupp (ps_partkey int NOT NULL, ps_suppkey int NOT NULL, ps_availqty int NOT NULL, ps_supplycost numeric(15,2) NOT NULL, ps_comment varchar(199), PRIMARY KEY (ps_partkey, ps_suppkey));
CREATE TABLE orders (o_orderkey int PRIMARY KEY, o_custkey int NOT NULL, o_orderstatus char(1) NOT NULL, o_totalprice numeric(15,2) NOT NULL, o_orderdate date NOT NULL, o_orderpriority char(15) NOT NULL, o_clerk char(15) NOT NULL, o_shippriority int NOT NULL, o_comment varchar(79));
CREATE TABLE lineitem (l_orderkey int NOT NULL, l_partkey int NOT NULL, l_suppkey int NOT NULL, l_linenumber int NOT NULL, l_quantity numeric(15,2) NOT NULL, l_extendedprice numeric(15,2) NOT NULL, l_discount numeric(15,2) NOT NULL, l_tax numeric(15,2) NOT NULL, l_returnflag char(1) NOT NULL, l_linestatus char(1) NOT NULL, l_shipdate date NOT NULL, l_commitdate date NOT NULL, l_receiptdate date NOT NULL, l_shipmode char(10) NOT NULL, PRIMARY KEY (l_orderkey, l_linenumber));
INSERT INTO region SELECT i, 'REGION ' || i, lower(_w(401, i)) FROM generate_series(0, 4) i;
INSERT INTO nation SELECT i, upper(_w(402, i)), _h(403, i, 5), lower(_w(404, i)) FROM generate_series(0, 24) i;
INSERT INTO supplier SELECT i, 'Supplier#' || lpad(i::text, 9, '0'), _w(405, i), _h(406, i, 25), '13-' || 100 + _h(407, i, 900) || '-' || 1000 + _h(408, i, 9000), _h(409, i, 900000) / 100.0, lower(_w(410, i)) FROM generate_series(1, 100) i;
INSERT INTO customer SELECT i, 'Customer#' || lpad(i::text, 9, '0'), _w(411, i), _h(412, i, 25), '25-' || 100 + _h(413, i, 900) || '-' || 1000 + _h(414, i, 9000), _h(415, i, 900000) / 100.0, (ARRAY['BUILDING', 'MACHINERY', 'FURNITURE'])[1 + _h(416, i, 3)], lower(_w(417, i)) FROM generate_series(1, 600) i;
INSERT INTO part SELECT i, lower(_w(418, i) || ' ' || _w(419, i)), 'Manufacturer#' || 1 + _h(420, i, 5), 'Brand#' || 11 + _h(421, i, 40), (ARRAY['PROMO', 'SMALL', 'LARGE'])[1 + _h(422, i, 3)] || ' STEEL', 1 + _h(423, i, 50), (ARRAY['SM BOX', 'LG CAN', 'JUMBO BAG'])[1 + _h(424, i, 3)], 900 + _h(425, i, 1000), lower(_w(426, i)) FROM generate_series(1, 500) i;
INSERT INTO partsupp SELECT i, 1 + (i + k * 25) % 100, 1 + _h(427, i * 4 + k, 9999), 1 + _h(428, i * 4 + k, 1000), lower(_w(429, i * 4 + k)) FROM generate_series(1, 500) i, generate_series(0, 3) k;
INSERT INTO orders SELECT (i / 8) * 32 + i % 8 + 1, 1 + (_h(430, i, 600) / 3) * 3 % 600 + _h(431, i, 2), (ARRAY['O', 'F', 'P'])[1 + _h(432, i, 3)], 1000 + _h(433, i, 300000), _d(434, i), (1 + _h(435, i, 5)) || '-LEVEL', 'Clerk#' || lpad((1 + _h(436, i, 100))::text, 9, '0'), 0, lower(_w(437, i)) FROM generate_series(0, 1199) i;
INSERT INTO lineitem SELECT o_orderkey, p, 1 + (p + _h(438, o_orderkey * 8 + k, 4) * 25) % 100, k, 1 + _h(439, o_orderkey * 8 + k, 50), 900 + _h(440, o_orderkey * 8 + k, 90000), _h(441, o_orderkey * 8 + k, 11) / 100.0, _h(442, o_orderkey * 8 + k, 9) / 100.0, (ARRAY['R', 'A', 'N'])[1 + _h(443, o_orderkey * 8 + k, 3)], (ARRAY['O', 'F'])[1 + _h(444, o_orderkey * 8 + k, 2)], o_orderdate + _h(445, o_orderkey * 8 + k, 100), o_orderdate + 60, o_orderdate + 110, (ARRAY['AIR', 'RAIL', 'SHIP', 'TRUCK'])[1 + _h(446, o_orderkey * 8 + k, 4)] FROM (SELECT *, 1 + _h(447, o_orderkey * 8 + k, 500) AS p FROM orders, generate_series(1, 3) k WHERE k <= 1 + _h(448, o_orderkey, 3)) x;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
