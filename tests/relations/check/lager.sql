-- lager: a store in German: t_ before tables, _nr behind keys, shelves of three columns, umlauts written out.
-- Own definition and generated data; no foreign keys: the truth is in lager.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE t_kunde (kunden_nr int PRIMARY KEY, name text NOT NULL, plz varchar(5), ort text, kundengruppe_nr int, vertreter_nr int, rabatt int);
CREATE TABLE t_kundengruppe (kundengruppe_nr int PRIMARY KEY, bezeichnung text);
CREATE TABLE t_mitarbeiter (mitarbeiter_nr int PRIMARY KEY, nachname text, vorname text, vorgesetzter_nr int, abteilung varchar(12), eintritt date);
CREATE TABLE t_lieferant (lieferanten_nr int PRIMARY KEY, firma text, plz varchar(5), ort text, lieferzeit_tage int);
CREATE TABLE t_warengruppe (warengruppe_nr int PRIMARY KEY, bezeichnung text, ober_warengruppe_nr int);
CREATE TABLE t_artikel (artikel_nr varchar(8) PRIMARY KEY, bezeichnung text, warengruppe_nr int NOT NULL, hauptlieferant_nr int, einheit varchar(4), mindestbestand int, gewicht_g int);
CREATE TABLE t_lagerplatz (halle char(1) NOT NULL, gang int NOT NULL, fach int NOT NULL, hoehe_cm int, gesperrt boolean, PRIMARY KEY (halle, gang, fach));
CREATE TABLE t_bestand (artikel_nr varchar(8) NOT NULL, halle char(1) NOT NULL, gang int NOT NULL, fach int NOT NULL, menge int, PRIMARY KEY (artikel_nr, halle, gang, fach));
CREATE TABLE t_auftrag (auftrag_nr int PRIMARY KEY, kunden_nr int NOT NULL, erfasst_von int NOT NULL, auftragsdatum date, lieferart char(1), prioritaet int);
CREATE TABLE t_auftragspos (auftrag_nr int NOT NULL, pos_nr int NOT NULL, artikel_nr varchar(8) NOT NULL, menge int, einzelpreis numeric(9,2), PRIMARY KEY (auftrag_nr, pos_nr));
CREATE TABLE t_lieferung (lieferschein_nr int PRIMARY KEY, auftrag_nr int NOT NULL, spediteur_nr int, versandt_am date, anzahl_pakete int);
CREATE TABLE t_lieferungspos (lieferschein_nr int NOT NULL, auftrag_nr int NOT NULL, pos_nr int NOT NULL, menge int, PRIMARY KEY (lieferschein_nr, auftrag_nr, pos_nr));
CREATE TABLE t_spediteur (spediteur_nr int PRIMARY KEY, firma text, telefon text);
CREATE TABLE t_bestellung (bestell_nr int PRIMARY KEY, lieferanten_nr int NOT NULL, bestelldatum date, besteller_nr int, status int);
CREATE TABLE t_bestellpos (bestell_nr int NOT NULL, pos_nr int NOT NULL, artikel_nr varchar(8) NOT NULL, menge int, preis numeric(9,2), PRIMARY KEY (bestell_nr, pos_nr));
CREATE TABLE t_wareneingang (wareneingang_nr int PRIMARY KEY, bestell_nr int NOT NULL, pos_nr int NOT NULL, eingang date, menge int, pruefer_nr int);
CREATE TABLE t_rechnung (rechnung_nr int PRIMARY KEY, auftrag_nr int NOT NULL UNIQUE, betrag numeric(10,2), mahnstufe int, storno_rechnung_nr int);
CREATE TABLE t_lagerbewegung (bewegung_nr bigint PRIMARY KEY, artikel_nr varchar(8) NOT NULL, von_halle char(1), von_gang int, von_fach int, nach_halle char(1), nach_gang int, nach_fach int, menge int, gebucht_von int);
CREATE TABLE t_protokoll (lfd_nr bigint PRIMARY KEY, tabelle text, schluessel int, zeit timestamp, text text);
INSERT INTO t_kundengruppe SELECT i, _w(1401, i) FROM generate_series(1, 8) i;
INSERT INTO t_mitarbeiter SELECT 100 + i, _w(1402, i), _w(1403, i), CASE WHEN i > 5 THEN 101 + _h(1404, i, 5 + i / 9) END, (ARRAY['lager', 'vertrieb', 'einkauf', 'buchhaltung'])[1 + _h(1405, i, 4)], _d(1406, i) FROM generate_series(1, 75) i;
INSERT INTO t_kunde SELECT 10000 + i * 2, _w(1407, i), lpad((_h(1408, i, 99999))::text, 5, '0'), _w(1409, _h(1410, i, 60)), 1 + _h(1411, i, 8), CASE WHEN _h(1412, i, 5) > 0 THEN 101 + _h(1413, i, 75) END, 5 * _h(1414, i, 5) FROM generate_series(1, 400) i;
INSERT INTO t_lieferant SELECT 7000 + i, _w(1415, i) || ' AG', lpad((_h(1416, i, 99999))::text, 5, '0'), _w(1409, _h(1417, i, 60)), 1 + _h(1418, i, 30) FROM generate_series(1, 60) i;
INSERT INTO t_warengruppe SELECT i, _w(1419, i), CASE WHEN i > 6 THEN 1 + _h(1420, i, 6) END FROM generate_series(1, 40) i;
INSERT INTO t_artikel SELECT 'A' || lpad((i * 3)::text, 6, '0'), _w(1421, i), 1 + _h(1422, i, 40), CASE WHEN _h(1423, i, 8) > 0 THEN 7001 + _h(1424, i, 60) END, (ARRAY['STK', 'KG', 'M'])[1 + _h(1425, i, 3)], _h(1426, i, 60), 5 + _h(1427, i, 9000) FROM generate_series(1, 650) i;
INSERT INTO t_lagerplatz SELECT h, g, f, 40 + 20 * _h(1428, g, 5), _h(1429, f * 9 + g, 30) = 0 FROM unnest(ARRAY['A', 'B', 'C']) h, generate_series(1, 12) g, generate_series(1, 20) f WHERE h <> 'C' OR f < 11;
INSERT INTO t_bestand SELECT DISTINCT ON (1, 2, 3, 4) 'A' || lpad((3 * (1 + _h(1430, i, 650)))::text, 6, '0'), (ARRAY['A', 'B', 'C'])[1 + _h(1431, i, 3)], 1 + _h(1432, i, 12), 1 + _h(1433, i, 10), 1 + _h(1434, i, 200) FROM generate_series(1, 1100) i;
INSERT INTO t_auftrag SELECT 300000 + i, 10000 + 2 * (1 + _h(1435, i, 400)), 101 + _h(1436, i, 75), _d(1437, i), (ARRAY['P', 'S', 'A'])[1 + _h(1438, i, 3)], 1 + _h(1439, i, 4) FROM generate_series(1, 900) i;
INSERT INTO t_auftragspos SELECT 300000 + i, k * 10, 'A' || lpad((3 * (1 + _h(1440, i * 4 + k, 650)))::text, 6, '0'), 1 + _h(1441, i * 4 + k, 20), 1 + _h(1442, i * 4 + k, 9000) / 10.0 FROM generate_series(1, 900) i, generate_series(1, 3) k WHERE k <= 1 + _h(1443, i, 3);
INSERT INTO t_spediteur SELECT i, _w(1444, i) || ' Logistik', '0' || 30000 + i FROM generate_series(1, 9) i;
INSERT INTO t_lieferung SELECT 880000 + i, 300000 + i, CASE WHEN _h(1445, i, 9) > 0 THEN 1 + _h(1446, i, 9) END, _d(1447, i), 1 + _h(1448, i, 5) FROM generate_series(1, 900) i WHERE _h(1449, i, 6) > 0;
INSERT INTO t_lieferungspos SELECT lieferschein_nr, p.auftrag_nr, pos_nr, menge FROM t_lieferung l JOIN t_auftragspos p ON p.auftrag_nr = l.auftrag_nr;
INSERT INTO t_bestellung SELECT 450000 + i * 4, 7001 + _h(1450, i, 60), _d(1451, i), 101 + _h(1452, i, 75), _h(1453, i, 4) FROM generate_series(1, 300) i;
INSERT INTO t_bestellpos SELECT 450000 + i * 4, k * 10, 'A' || lpad((3 * (1 + _h(1454, i * 4 + k, 650)))::text, 6, '0'), 10 + _h(1455, i * 4 + k, 200), 1 + _h(1456, i * 4 + k, 900) FROM generate_series(1, 300) i, generate_series(1, 3) k WHERE k <= 1 + _h(1457, i, 3);
INSERT INTO t_wareneingang SELECT row_number() OVER (ORDER BY bestell_nr, pos_nr), bestell_nr, pos_nr, _d(1458, bestell_nr), menge, CASE WHEN _h(1459, bestell_nr + pos_nr, 4) > 0 THEN 101 + _h(1460, bestell_nr + pos_nr, 75) END FROM t_bestellpos WHERE _h(1461, bestell_nr + pos_nr, 5) > 0;
INSERT INTO t_rechnung SELECT 20240000 + i, 300000 + i, 10 + _h(1462, i, 9000), _h(1463, i, 4), CASE WHEN i > 40 AND _h(1464, i, 15) = 0 THEN 20240000 + i - 9 END FROM generate_series(1, 800) i;
INSERT INTO t_lagerbewegung SELECT i, 'A' || lpad((3 * (1 + _h(1465, i, 650)))::text, 6, '0'), CASE WHEN _h(1466, i, 3) > 0 THEN (ARRAY['A', 'B', 'C'])[1 + _h(1467, i, 3)] END, CASE WHEN _h(1466, i, 3) > 0 THEN 1 + _h(1468, i, 12) END, CASE WHEN _h(1466, i, 3) > 0 THEN 1 + _h(1469, i, 10) END, CASE WHEN _h(1466, i, 3) < 2 THEN (ARRAY['A', 'B', 'C'])[1 + _h(1470, i, 3)] END, CASE WHEN _h(1466, i, 3) < 2 THEN 1 + _h(1471, i, 12) END, CASE WHEN _h(1466, i, 3) < 2 THEN 1 + _h(1472, i, 10) END, 1 + _h(1473, i, 90), 101 + _h(1474, i, 75) FROM generate_series(1, 1500) i;
INSERT INTO t_protokoll SELECT i, (ARRAY['auftrag', 'kunde'])[1 + _h(1475, i, 2)], 1 + _h(1476, i, 70), timestamp '2024-01-01' + i * interval '1 hour', _w(1477, i) FROM generate_series(1, 500) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
