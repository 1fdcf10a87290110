-- werk: a factory in the habit of SAP: five letters a column, a client on every key, bills of material.
-- Own definition and generated data; no foreign keys: the truth is in werk.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE mmat (matnr varchar(10) PRIMARY KEY, mtart char(4), matkl varchar(6), meins char(3), brgew numeric(9,3), ersda date, labst int);
CREATE TABLE mtxt (matnr varchar(10) NOT NULL, spras char(1) NOT NULL, maktx text, PRIMARY KEY (matnr, spras));
CREATE TABLE mkls (matkl varchar(6) PRIMARY KEY, wgbez text);
CREATE TABLE werk (werks char(4) PRIMARY KEY, name1 text, bukrs char(4) NOT NULL, kalid int);
CREATE TABLE bukr (bukrs char(4) PRIMARY KEY, butxt text, waers char(3), land1 char(2));
CREATE TABLE lgor (werks char(4) NOT NULL, lgort char(4) NOT NULL, lgobe text, PRIMARY KEY (werks, lgort));
CREATE TABLE mwrk (matnr varchar(10) NOT NULL, werks char(4) NOT NULL, dispo char(3), plifz int, minbe int, PRIMARY KEY (matnr, werks));
CREATE TABLE mlgo (matnr varchar(10) NOT NULL, werks char(4) NOT NULL, lgort char(4) NOT NULL, labst int, PRIMARY KEY (matnr, werks, lgort));
CREATE TABLE stko (stlnr int PRIMARY KEY, matnr varchar(10) NOT NULL, werks char(4) NOT NULL, stlan int, bmeng int);
CREATE TABLE stpo (stlnr int NOT NULL, posnr int NOT NULL, idnrk varchar(10) NOT NULL, menge int, ausch int, PRIMARY KEY (stlnr, posnr));
CREATE TABLE lief (lifnr varchar(8) PRIMARY KEY, name1 text, land1 char(2), ktokk char(4));
CREATE TABLE kund (kunnr varchar(8) PRIMARY KEY, name1 text, land1 char(2), konzs varchar(8));
CREATE TABLE bkop (ebeln bigint PRIMARY KEY, bukrs char(4) NOT NULL, lifnr varchar(8) NOT NULL, bedat date, ekgrp char(3), zterm int);
CREATE TABLE bpos (ebeln bigint NOT NULL, ebelp int NOT NULL, matnr varchar(10) NOT NULL, werks char(4) NOT NULL, menge int, netpr numeric(9,2), PRIMARY KEY (ebeln, ebelp));
CREATE TABLE bein (ebeln bigint NOT NULL, ebelp int NOT NULL, etenr int NOT NULL, eindt date, menge int, PRIMARY KEY (ebeln, ebelp, etenr));
CREATE TABLE vkop (vbeln bigint PRIMARY KEY, kunnr varchar(8) NOT NULL, kunwe varchar(8), audat date, vkorg int);
CREATE TABLE vpos (vbeln bigint NOT NULL, posnr int NOT NULL, matnr varchar(10) NOT NULL, kwmng int, netwr numeric(11,2), PRIMARY KEY (vbeln, posnr));
CREATE TABLE faut (aufnr bigint PRIMARY KEY, matnr varchar(10) NOT NULL, werks char(4) NOT NULL, stlnr int, gamng int, gstrp date);
CREATE TABLE apla (arbpl varchar(8) PRIMARY KEY, werks char(4) NOT NULL, kapaz int);
CREATE TABLE fvor (aufnr bigint NOT NULL, vornr int NOT NULL, arbpl varchar(8) NOT NULL, vgw01 int, vgw02 int, PRIMARY KEY (aufnr, vornr));
CREATE TABLE rmel (rueck int PRIMARY KEY, aufnr bigint NOT NULL, vornr int NOT NULL, lmnga int, xmnga int, pernr int);
CREATE TABLE pers (pernr int PRIMARY KEY, nachn text, vorna text, arbpl varchar(8));
CREATE TABLE nkrs (objct varchar(10), nrnum int, nrlev int);
CREATE FUNCTION _m(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lpad((i * 17)::text, 10, '0') $$;
INSERT INTO mkls SELECT 'K' || lpad((i * 5)::text, 4, '0'), _w(1701, i) FROM generate_series(1, 30) i;
INSERT INTO mmat SELECT _m(i), (ARRAY['ROH ', 'HALB', 'FERT'])[1 + _h(1702, i, 3)], 'K' || lpad(((1 + _h(1703, i, 30)) * 5)::text, 4, '0'), (ARRAY['ST ', 'KG ', 'M  '])[1 + _h(1704, i, 3)], _h(1705, i, 90000) / 1000.0, _d(1706, i), _h(1707, i, 500) FROM generate_series(1, 600) i;
INSERT INTO mtxt SELECT _m(i), s, _w(1708, i) || s FROM generate_series(1, 600) i, unnest(ARRAY['D', 'E']) s WHERE s = 'D' OR _h(1709, i, 3) > 0;
INSERT INTO bukr SELECT (1000 * i)::text, _w(1710, i), 'EUR', (ARRAY['DE', 'AT', 'PL'])[1 + i % 3] FROM generate_series(1, 5) i;
INSERT INTO werk SELECT (1000 + i * 10)::text, _w(1711, i), (1000 * (1 + _h(1712, i, 5)))::text, 1 + _h(1713, i, 4) FROM generate_series(1, 12) i;
INSERT INTO lgor SELECT (1000 + w * 10)::text, lpad(l::text, 4, '0'), _w(1714, w * 5 + l) FROM generate_series(1, 12) w, generate_series(1, 4) l WHERE l < 3 OR w % 2 = 0;
INSERT INTO mwrk SELECT DISTINCT ON (1, 2) _m(1 + _h(1715, i, 600)), (1000 + (1 + _h(1716, i, 12)) * 10)::text, lpad(_h(1717, i, 20)::text, 3, '0'), 1 + _h(1718, i, 40), _h(1719, i, 90) FROM generate_series(1, 1300) i;
INSERT INTO mlgo SELECT matnr, m.werks, lgort, _h(1720, row_number() OVER (ORDER BY matnr, m.werks, lgort), 400) FROM mwrk m JOIN lgor l ON l.werks = m.werks WHERE l.lgort = '0001' OR ascii(substr(matnr, 10)) % 3 = 0;
INSERT INTO stko SELECT 200 + i, matnr, werks, 1 + _h(1721, i, 2), 1 FROM (SELECT row_number() OVER (ORDER BY matnr, werks) AS i, * FROM mwrk) m WHERE _h(1722, i, 6) = 0;
INSERT INTO stpo SELECT stlnr, k * 10, _m(1 + _h(1723, stlnr * 5 + k, 600)), 1 + _h(1724, stlnr * 5 + k, 12), _h(1725, stlnr * 5 + k, 5) FROM stko, generate_series(1, 5) k WHERE k <= 2 + _h(1726, stlnr, 4);
INSERT INTO lief SELECT 'L' || lpad((i * 11)::text, 6, '0'), _w(1727, i), (ARRAY['DE', 'CN', 'IT'])[1 + _h(1728, i, 3)], 'KRED' FROM generate_series(1, 90) i;
INSERT INTO kund SELECT 'K' || lpad((i * 9)::text, 6, '0'), _w(1729, i), (ARRAY['DE', 'CN', 'IT'])[1 + _h(1730, i, 3)], CASE WHEN i > 30 AND _h(1731, i, 3) = 0 THEN 'K' || lpad(((1 + _h(1732, i, 30)) * 9)::text, 6, '0') END FROM generate_series(1, 260) i;
INSERT INTO bkop SELECT 4500000000 + i, (1000 * (1 + _h(1733, i, 5)))::text, 'L' || lpad(((1 + _h(1734, i, 90)) * 11)::text, 6, '0'), _d(1735, i), lpad((1 + _h(1736, i, 9))::text, 3, '0'), 1 + _h(1737, i, 5) FROM generate_series(1, 500) i;
INSERT INTO bpos SELECT 4500000000 + i, k * 10, x.matnr, x.werks, 1 + _h(1738, i * 4 + k, 300), 1 + _h(1739, i * 4 + k, 900) FROM generate_series(1, 500) i CROSS JOIN generate_series(1, 3) k JOIN (SELECT row_number() OVER (ORDER BY werks, matnr) AS n, * FROM mwrk) x ON x.n = 1 + _h(1740, i * 4 + k, 1100) WHERE k <= 1 + _h(1741, i, 3);
INSERT INTO bein SELECT ebeln, ebelp, k, _d(1742, ebeln + k), menge FROM bpos, generate_series(1, 2) k WHERE k = 1 OR _h(1743, ebeln + ebelp, 3) = 0;
INSERT INTO vkop SELECT 90000000 + i * 2, 'K' || lpad(((1 + _h(1744, i, 260)) * 9)::text, 6, '0'), CASE WHEN _h(1745, i, 3) > 0 THEN 'K' || lpad(((1 + _h(1746, i, 260)) * 9)::text, 6, '0') END, _d(1747, i), 10 * (1 + _h(1748, i, 3)) FROM generate_series(1, 550) i;
INSERT INTO vpos SELECT 90000000 + i * 2, k * 10, _m(1 + _h(1749, i * 4 + k, 600)), 1 + _h(1750, i * 4 + k, 30), 5 + _h(1751, i * 4 + k, 9000) FROM generate_series(1, 550) i, generate_series(1, 3) k WHERE k <= 1 + _h(1752, i, 3);
INSERT INTO apla SELECT 'AP' || lpad((i * 25)::text, 4, '0'), (1000 + (1 + _h(1753, i, 12)) * 10)::text, 4 + _h(1754, i, 20) FROM generate_series(1, 40) i;
INSERT INTO faut SELECT 1000000 + i, x.matnr, x.werks, CASE WHEN _h(1755, i, 7) > 0 THEN (SELECT stlnr FROM stko ORDER BY stlnr OFFSET _h(1756, i, 150) LIMIT 1) END, 10 + _h(1757, i, 500), _d(1758, i) FROM generate_series(1, 420) i JOIN (SELECT row_number() OVER (ORDER BY matnr, werks) AS n, * FROM mwrk) x ON x.n = 1 + _h(1759, i, 1100);
INSERT INTO fvor SELECT aufnr, k * 10, 'AP' || lpad(((1 + _h(1760, aufnr * 3 + k, 40)) * 25)::text, 4, '0'), _h(1761, aufnr * 3 + k, 60), _h(1762, aufnr * 3 + k, 300) FROM faut, generate_series(1, 3) k WHERE k <= 1 + _h(1763, aufnr, 3);
INSERT INTO pers SELECT 60000 + i, _w(1764, i), _w(1765, i), CASE WHEN _h(1766, i, 8) > 0 THEN 'AP' || lpad(((1 + _h(1767, i, 40)) * 25)::text, 4, '0') END FROM generate_series(1, 140) i;
INSERT INTO rmel SELECT row_number() OVER (ORDER BY aufnr, vornr), aufnr, vornr, _h(1768, aufnr + vornr, 400), _h(1769, aufnr + vornr, 9), CASE WHEN _h(1770, aufnr + vornr, 9) > 0 THEN 60001 + _h(1771, aufnr + vornr, 140) END FROM fvor WHERE _h(1772, aufnr + vornr, 4) > 0;
INSERT INTO nkrs SELECT 'OBJ' || i, i % 5, 1 + _h(1773, i, 250) FROM generate_series(1, 40) i;
DROP FUNCTION _m(bigint);
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
