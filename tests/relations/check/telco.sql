-- telco: a telephone company in Spanish: id_ before names, cod_ for codes, nro_ for numbers.
-- Own definition and generated data; no foreign keys: the truth is in telco.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE provincia (cod_provincia char(2) PRIMARY KEY, nombre text);
CREATE TABLE localidad (id_localidad int PRIMARY KEY, nombre text, cod_provincia char(2) NOT NULL, habitantes int);
CREATE TABLE cliente (id_cliente int PRIMARY KEY, nombre text, apellido text, documento varchar(10) UNIQUE, id_localidad int, id_referente int, categoria int);
CREATE TABLE empleado (legajo int PRIMARY KEY, nombre text, cod_sucursal varchar(4), legajo_jefe int, antiguedad int);
CREATE TABLE sucursal (cod_sucursal varchar(4) PRIMARY KEY, id_localidad int NOT NULL, legajo_gerente int, metros int);
CREATE TABLE plan_tarifario (cod_plan varchar(5) PRIMARY KEY, descripcion text, minutos int, gigas int);
CREATE TABLE contrato (nro_contrato int PRIMARY KEY, id_cliente int NOT NULL, cod_plan varchar(5) NOT NULL, vendedor int, alta date, meses int);
CREATE TABLE linea (nro_linea bigint PRIMARY KEY, nro_contrato int NOT NULL, iccid varchar(12) NOT NULL, estado char(1));
CREATE TABLE chip (iccid varchar(12) PRIMARY KEY, lote int, version int);
CREATE TABLE llamada (id_llamada int PRIMARY KEY, linea_origen bigint NOT NULL, linea_destino bigint, id_celda int, segundos int, inicio timestamp);
CREATE TABLE celda (id_celda int PRIMARY KEY, id_antena int NOT NULL, sector int, azimut int);
CREATE TABLE antena (id_antena int PRIMARY KEY, id_localidad int NOT NULL, altura int, potencia int);
CREATE TABLE factura (nro_factura int PRIMARY KEY, nro_contrato int NOT NULL, periodo int, importe numeric(9,2), nro_factura_anulada int);
CREATE TABLE renglon (nro_factura int NOT NULL, orden int NOT NULL, cod_concepto char(3) NOT NULL, cantidad int, precio numeric(9,2), PRIMARY KEY (nro_factura, orden));
CREATE TABLE concepto (cod_concepto char(3) PRIMARY KEY, descripcion text, alicuota int);
CREATE TABLE pago (nro_recibo int PRIMARY KEY, nro_factura int NOT NULL, fecha date, medio char(1), caja int, cobrador int);
CREATE TABLE reclamo (id_reclamo int PRIMARY KEY, nro_linea bigint NOT NULL, motivo int, atendido_por int, fecha date, prioridad int);
CREATE TABLE parametro (clave text PRIMARY KEY, valor int);
INSERT INTO provincia SELECT chr(65 + i) || chr(65 + i * 3 % 26), _w(2301, i) FROM generate_series(0, 11) i;
INSERT INTO localidad SELECT 500 + i, _w(2302, i), (SELECT cod_provincia FROM provincia ORDER BY cod_provincia OFFSET _h(2303, i, 12) LIMIT 1), 100 + _h(2304, i, 90000) FROM generate_series(1, 140) i;
INSERT INTO cliente SELECT i, _w(2305, i), _w(2306, i), (20000000 + i * 311)::text, CASE WHEN _h(2307, i, 10) > 0 THEN 501 + _h(2308, i, 140) END, CASE WHEN i > 30 AND _h(2309, i, 6) = 0 THEN 1 + _h(2310, i, i - 1) END, 1 + _h(2311, i, 5) FROM generate_series(1, 650) i;
INSERT INTO sucursal SELECT 'S' || lpad((i * 3)::text, 3, '0'), 501 + _h(2312, i, 140), 3000 + 7 * (1 + _h(2313, i, 80)), 50 + _h(2314, i, 300) FROM generate_series(1, 18) i;
INSERT INTO empleado SELECT 3000 + i * 7, _w(2315, i), CASE WHEN _h(2316, i, 15) > 0 THEN 'S' || lpad(((1 + _h(2317, i, 18)) * 3)::text, 3, '0') END, CASE WHEN i > 4 THEN 3000 + 7 * (1 + _h(2318, i, 4 + i / 10)) END, _h(2319, i, 30) FROM generate_series(1, 80) i;
INSERT INTO plan_tarifario SELECT p, initcap(p), 100 * _h(2320, ascii(p) + ascii(substr(p, 2)), 30), _h(2321, ascii(p), 60) FROM unnest(ARRAY['PRE01', 'PRE02', 'POS01', 'POS02', 'FAM', 'EMP', 'JUV', 'DATOS']) p;
INSERT INTO contrato SELECT 70000 + i, 1 + _h(2322, i, 650), (SELECT cod_plan FROM plan_tarifario ORDER BY cod_plan OFFSET _h(2323, i, 8) LIMIT 1), CASE WHEN _h(2324, i, 4) > 0 THEN 3000 + 7 * (1 + _h(2325, i, 80)) END, _d(2326, i), 12 * (1 + _h(2327, i, 2)) FROM generate_series(1, 800) i;
INSERT INTO chip SELECT '8954' || lpad((i * 17)::text, 8, '0'), 1 + i / 100, 1 + _h(2328, i, 3) FROM generate_series(1, 1100) i;
INSERT INTO linea SELECT 5491100000000 + i * 101, 70001 + _h(2329, i, 800), '8954' || lpad((i * 17)::text, 8, '0'), (ARRAY['A', 'S', 'B'])[1 + _h(2330, i, 3)] FROM generate_series(1, 950) i;
INSERT INTO antena SELECT i, 501 + _h(2331, i, 140), 20 + _h(2332, i, 60), 10 * (1 + _h(2333, i, 8)) FROM generate_series(1, 75) i;
INSERT INTO celda SELECT i, 1 + i / 3 % 75, 1 + i % 3, 120 * (i % 3) FROM generate_series(1, 224) i;
INSERT INTO llamada SELECT i, 5491100000000 + 101 * (1 + _h(2334, i, 950)), CASE WHEN _h(2335, i, 3) > 0 THEN 5491100000000 + 101 * (1 + _h(2336, i, 950)) END, CASE WHEN _h(2337, i, 20) > 0 THEN 1 + _h(2338, i, 224) END, 1 + _h(2339, i, 900), timestamp '2024-02-01' + i * interval '7 minutes' FROM generate_series(1, 1800) i;
INSERT INTO concepto SELECT c, initcap(c), 21 FROM unnest(ARRAY['ABO', 'EXC', 'ROA', 'SMS', 'EQU', 'MOR', 'DTO']) c;
INSERT INTO factura SELECT 100000 + i, 70001 + _h(2340, i, 800), 202301 + _h(2341, i, 12), 500 + _h(2342, i, 9000), CASE WHEN i > 40 AND _h(2343, i, 18) = 0 THEN 100000 + i - 30 END FROM generate_series(1, 1000) i;
INSERT INTO renglon SELECT 100000 + i, k, (SELECT cod_concepto FROM concepto ORDER BY cod_concepto OFFSET _h(2344, i * 3 + k, 6) LIMIT 1), 1 + _h(2345, i * 3 + k, 4), 10 + _h(2346, i * 3 + k, 900) FROM generate_series(1, 1000) i, generate_series(1, 2) k WHERE k <= 1 + _h(2347, i, 2);
INSERT INTO pago SELECT 900000 + i, 100001 + _h(2348, i, 1000), _d(2349, i), (ARRAY['E', 'T', 'D'])[1 + _h(2350, i, 3)], 1 + _h(2351, i, 9), CASE WHEN _h(2352, i, 2) = 0 THEN 3000 + 7 * (1 + _h(2353, i, 80)) END FROM generate_series(1, 850) i;
INSERT INTO reclamo SELECT i, 5491100000000 + 101 * (1 + _h(2354, i, 950)), 1 + _h(2355, i, 9), CASE WHEN _h(2356, i, 5) > 0 THEN 3000 + 7 * (1 + _h(2357, i, 80)) END, _d(2358, i), 1 + _h(2359, i, 3) FROM generate_series(1, 400) i;
INSERT INTO parametro SELECT 'par' || i, _h(2360, i, 70) FROM generate_series(1, 25) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
