-- town: permits of a municipality, grown over years: no habit in names, quoted and not, keys without the word id.
-- Own definition and generated data; no foreign keys: the truth is in town.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE street (code int PRIMARY KEY, label text, quarter char(1));
CREATE TABLE "Parcel" ("ParcelNo" varchar(9) PRIMARY KEY, area_sqm int, street int NOT NULL, "HouseNumber" varchar(5), "Zone" varchar(3) NOT NULL);
CREATE TABLE zoning (zone_code varchar(3) PRIMARY KEY, description text, "maxHeight" int);
CREATE TABLE citizens (ref bigint PRIMARY KEY, "fullName" text, born int, lives_at varchar(9));
CREATE TABLE ownership (parcel varchar(9) NOT NULL, owner bigint NOT NULL, share_pct int, since int, PRIMARY KEY (parcel, owner));
CREATE TABLE "Official" ("Initials" varchar(4) PRIMARY KEY, "Name" text, office int, boss varchar(4), "Phone" int);
CREATE TABLE offices (num int PRIMARY KEY, title text, "headOf" varchar(4), "Floor" int);
CREATE TABLE "PermitType" (kind varchar(6) PRIMARY KEY, "Fee" int, "handledBy" int);
CREATE TABLE permit ("permitNumber" int PRIMARY KEY, kind varchar(6) NOT NULL, "Applicant" bigint NOT NULL, site varchar(9), clerk varchar(4), filed date, decided date, "renewalOf" int, urgency int);
CREATE TABLE inspection ("No" int PRIMARY KEY, permit int NOT NULL, inspector varchar(4), visited date, result int);
CREATE TABLE "Defect" (inspection int NOT NULL, item int NOT NULL, text text, severity int, PRIMARY KEY (inspection, item));
CREATE TABLE "Remedy" (remedy_no int PRIMARY KEY, inspection int NOT NULL, item int NOT NULL, contractor int, done date);
CREATE TABLE contractor ("RegNo" int PRIMARY KEY, firm text, "Contact" bigint);
CREATE TABLE fee_notice (notice int PRIMARY KEY, "forPermit" int NOT NULL, payer bigint NOT NULL, amount int, reminder_level int);
CREATE TABLE "Payments" (receipt int PRIMARY KEY, notice int NOT NULL, paid date, cents int, "Counter" int);
CREATE TABLE objection (obj_no int PRIMARY KEY, against int NOT NULL, raised_by bigint NOT NULL, neighbour_parcel varchar(9), pages int);
CREATE TABLE dogs (tag int PRIMARY KEY, "keeper" bigint NOT NULL, breed text, "Year" int);
CREATE TABLE "Attachment" ("FileNo" int PRIMARY KEY, "OwnerKind" text, "OwnerNo" int, "SizeKb" int);
INSERT INTO street SELECT 100 + i * 5, _w(1801, i) || ' Street', chr(65 + _h(1802, i, 6)) FROM generate_series(1, 90) i;
INSERT INTO zoning SELECT z, 'Zone ' || z, 6 + 3 * _h(1803, ascii(z) + ascii(substr(z, 2)), 9) FROM unnest(ARRAY['R1', 'R2', 'R3', 'C1', 'C2', 'I1', 'I2', 'GRN', 'AGR']) z;
INSERT INTO "Parcel" SELECT 'P' || lpad((i * 7)::text, 6, '0'), 200 + _h(1804, i, 3000), 100 + 5 * (1 + _h(1805, i, 90)), (1 + _h(1806, i, 150))::text, (ARRAY['R1', 'R2', 'R3', 'C1', 'C2', 'I1', 'GRN'])[1 + _h(1807, i, 7)] FROM generate_series(1, 700) i;
INSERT INTO citizens SELECT 7100000000 + i * 37, _w(1808, i) || ' ' || _w(1809, i), 1930 + _h(1810, i, 75), CASE WHEN _h(1811, i, 8) > 0 THEN 'P' || lpad(((1 + _h(1812, i, 700)) * 7)::text, 6, '0') END FROM generate_series(1, 1200) i;
INSERT INTO ownership SELECT DISTINCT ON (1, 2) 'P' || lpad(((1 + _h(1813, i, 700)) * 7)::text, 6, '0'), 7100000000 + 37 * (1 + _h(1814, i, 1200)), 10 * (1 + _h(1815, i, 10)), 1970 + _h(1816, i, 54) FROM generate_series(1, 900) i;
INSERT INTO offices SELECT i, _w(1817, i), 'O' || lpad((1 + _h(1818, i, 60))::text, 2, '0'), 1 + _h(1819, i, 5) FROM generate_series(1, 12) i;
INSERT INTO "Official" SELECT 'O' || lpad(i::text, 2, '0'), _w(1820, i), 1 + _h(1821, i, 12), CASE WHEN i > 7 THEN 'O' || lpad((1 + _h(1822, i, 7))::text, 2, '0') END, 300 + _h(1823, i, 600) FROM generate_series(1, 60) i;
INSERT INTO "PermitType" SELECT k, 20 + 10 * _h(1824, ascii(k) + ascii(substr(k, 3)), 40), 1 + _h(1825, ascii(k), 12) FROM unnest(ARRAY['BUILD', 'DEMO', 'EVENT', 'SIGN', 'TREE', 'WELL', 'FENCE', 'POOL']) k;
INSERT INTO permit SELECT 20210000 + i, (ARRAY['BUILD', 'DEMO', 'EVENT', 'SIGN', 'TREE', 'FENCE'])[1 + _h(1826, i, 6)], 7100000000 + 37 * (1 + _h(1827, i, 1200)), CASE WHEN _h(1828, i, 9) > 0 THEN 'P' || lpad(((1 + _h(1829, i, 700)) * 7)::text, 6, '0') END, CASE WHEN _h(1830, i, 6) > 0 THEN 'O' || lpad((1 + _h(1831, i, 60))::text, 2, '0') END, _d(1832, i), NULL, CASE WHEN i > 50 AND _h(1833, i, 12) = 0 THEN 20210000 + 1 + _h(1834, i, i - 1) END, 1 + _h(1835, i, 3) FROM generate_series(1, 950) i;
INSERT INTO inspection SELECT i * 4, 20210001 + _h(1836, i, 950), CASE WHEN _h(1837, i, 9) > 0 THEN 'O' || lpad((1 + _h(1838, i, 60))::text, 2, '0') END, _d(1839, i), _h(1840, i, 4) FROM generate_series(1, 800) i;
INSERT INTO "Defect" SELECT i * 4, k, _w(1841, i * 3 + k), 1 + _h(1842, i * 3 + k, 5) FROM generate_series(1, 800) i, generate_series(1, 3) k WHERE k <= _h(1843, i, 4);
INSERT INTO contractor SELECT 5500 + i * 9, _w(1844, i) || ' Ltd', CASE WHEN _h(1845, i, 4) > 0 THEN 7100000000 + 37 * (1 + _h(1846, i, 1200)) END FROM generate_series(1, 80) i;
INSERT INTO "Remedy" SELECT row_number() OVER (ORDER BY inspection, item), inspection, item, CASE WHEN _h(1847, inspection + item, 5) > 0 THEN 5500 + 9 * (1 + _h(1848, inspection + item, 80)) END, _d(1849, inspection) FROM "Defect" WHERE _h(1850, inspection * 4 + item, 3) > 0;
INSERT INTO fee_notice SELECT 600000 + i * 2, 20210001 + _h(1851, i, 950), 7100000000 + 37 * (1 + _h(1852, i, 1200)), 20 + _h(1853, i, 900), _h(1854, i, 4) FROM generate_series(1, 850) i;
INSERT INTO "Payments" SELECT i, 600000 + 2 * (1 + _h(1855, i, 850)), _d(1856, i), 1000 + _h(1857, i, 90000), 1 + _h(1858, i, 5) FROM generate_series(1, 700) i;
INSERT INTO objection SELECT i, 20210001 + _h(1859, i, 950), 7100000000 + 37 * (1 + _h(1860, i, 1200)), CASE WHEN _h(1861, i, 2) = 0 THEN 'P' || lpad(((1 + _h(1862, i, 700)) * 7)::text, 6, '0') END, 1 + _h(1863, i, 20) FROM generate_series(1, 130) i;
INSERT INTO dogs SELECT 40000 + i, 7100000000 + 37 * (1 + _h(1864, i, 1200)), _w(1865, _h(1866, i, 30)), 2010 + _h(1867, i, 14) FROM generate_series(1, 300) i;
INSERT INTO "Attachment" SELECT i, k, CASE k WHEN 'permit' THEN 20210001 + _h(1868, i, 950) ELSE 4 * (1 + _h(1869, i, 800)) END, 10 + _h(1870, i, 9000) FROM (SELECT i, (ARRAY['permit', 'inspection'])[1 + _h(1871, i, 2)] AS k FROM generate_series(1, 600) i) x;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
