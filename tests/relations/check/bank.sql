-- bank: account numbers as text, IBANs that are mostly foreign, uuids, a ledger, a subtype per kind of customer.
-- Own definition and generated data; no foreign keys: the truth is in bank.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE branch (sort_code varchar(8) PRIMARY KEY, branch_name text, region_code char(2), manager_id int);
CREATE TABLE officer (officer_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, officer_name text, sort_code varchar(8), pay_grade int);
CREATE TABLE party (party_uid uuid PRIMARY KEY, party_kind char(1) NOT NULL, display_name text, tax_country char(2), relationship_officer int);
CREATE TABLE person (party_uid uuid PRIMARY KEY, birth_date date, passport_no varchar(12) UNIQUE, employer_uid uuid);
CREATE TABLE company (party_uid uuid PRIMARY KEY, register_no varchar(12) UNIQUE, parent_company_uid uuid, industry_code varchar(4));
CREATE TABLE party_link (from_party_uid uuid NOT NULL, to_party_uid uuid NOT NULL, link_type varchar(8), PRIMARY KEY (from_party_uid, to_party_uid));
CREATE TABLE product_catalogue (product_code varchar(6) PRIMARY KEY, title text, base_rate numeric(5,3));
CREATE TABLE currency (ccy char(3) PRIMARY KEY, ccy_name text, minor_units int);
CREATE TABLE account (account_no varchar(10) PRIMARY KEY, iban varchar(24) NOT NULL UNIQUE, owner_uid uuid NOT NULL, product_code varchar(6) NOT NULL, ccy char(3) NOT NULL, sort_code varchar(8) NOT NULL, opened date, statement_cycle int);
CREATE TABLE account_signatory (account_no varchar(10) NOT NULL, signatory_uid uuid NOT NULL, limit_amount int, PRIMARY KEY (account_no, signatory_uid));
CREATE TABLE card (pan_token varchar(16) PRIMARY KEY, account_no varchar(10) NOT NULL, holder_uid uuid NOT NULL, expiry_month int, expiry_year int, replaced_by varchar(16));
CREATE TABLE gl_account (gl_no int PRIMARY KEY, gl_name text, rollup_gl_no int, normal_side char(1));
CREATE TABLE journal (journal_id bigint PRIMARY KEY, value_date date, posted_by int, narrative text, reversal_of bigint);
CREATE TABLE ledger_entry (journal_id bigint NOT NULL, entry_seq int NOT NULL, gl_no int NOT NULL, account_no varchar(10), ccy char(3) NOT NULL, debit numeric(12,2), credit numeric(12,2), PRIMARY KEY (journal_id, entry_seq));
CREATE TABLE transfer (transfer_ref uuid PRIMARY KEY, debit_account varchar(10) NOT NULL, counter_iban varchar(24) NOT NULL, journal_id bigint, ccy char(3) NOT NULL, amount numeric(12,2), retries int);
CREATE TABLE standing_order (so_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_no varchar(10) NOT NULL, day_of_month int, amount numeric(10,2), last_transfer_ref uuid);
CREATE TABLE loan (loan_no varchar(9) PRIMARY KEY, borrower_uid uuid NOT NULL, repay_account varchar(10) NOT NULL, officer_id int, principal int, term_months int);
CREATE TABLE instalment (loan_no varchar(9) NOT NULL, instalment_no int NOT NULL, due date, amount numeric(10,2), paid_journal_id bigint, PRIMARY KEY (loan_no, instalment_no));
CREATE TABLE fx_rate (base_ccy char(3) NOT NULL, quote_ccy char(3) NOT NULL, rate_date date NOT NULL, mid numeric(12,6), PRIMARY KEY (base_ccy, quote_ccy, rate_date));
CREATE TABLE parameter (param_id int PRIMARY KEY, param_name text, int_value int, version int);
CREATE FUNCTION _u(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5('party' || i)::uuid $$;
CREATE FUNCTION _a(i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lpad((i * 7919 % 9999991)::text, 10, '0') $$;
INSERT INTO branch SELECT '30' || lpad((i * 41)::text, 6, '0'), _w(1501, i), (ARRAY['NO', 'SO', 'EA', 'WE'])[1 + _h(1502, i, 4)], 1 + _h(1503, i, 70) FROM generate_series(1, 22) i;
INSERT INTO officer (officer_name, sort_code, pay_grade) SELECT _w(1504, i), CASE WHEN _h(1505, i, 12) > 0 THEN '30' || lpad(((1 + _h(1506, i, 22)) * 41)::text, 6, '0') END, 1 + _h(1507, i, 9) FROM generate_series(1, 70) i;
INSERT INTO party SELECT _u(i), CASE WHEN i <= 500 THEN 'P' ELSE 'C' END, _w(1508, i), (ARRAY['DE', 'FR', 'LU'])[1 + _h(1509, i, 3)], CASE WHEN _h(1510, i, 3) > 0 THEN 1 + _h(1511, i, 70) END FROM generate_series(1, 640) i;
INSERT INTO person SELECT _u(i), date '1945-01-01' + _h(1512, i, 21000), 'X' || 1000000 + i * 13, CASE WHEN _h(1513, i, 3) > 0 THEN _u(501 + _h(1514, i, 140)) END FROM generate_series(1, 500) i;
INSERT INTO company SELECT _u(i), 'HRB ' || 10000 + i * 3, CASE WHEN _h(1515, i, 3) = 0 THEN _u(501 + _h(1516, i, 40)) END, 'I' || 100 + _h(1517, i, 60) FROM generate_series(501, 640) i;
INSERT INTO party_link SELECT DISTINCT ON (1, 2) _u(1 + _h(1518, i, 500)), _u(1 + _h(1519, i, 640)), (ARRAY['spouse', 'agent', 'heir'])[1 + _h(1520, i, 3)] FROM generate_series(1, 300) i;
INSERT INTO product_catalogue SELECT p, initcap(p), _h(1521, ascii(p) + ascii(substr(p, 3)), 500) / 100.0 FROM unnest(ARRAY['CURR01', 'CURR02', 'SAVE01', 'SAVE02', 'YOUTH', 'BIZ01', 'BIZ02', 'DEPO']) p;
INSERT INTO currency SELECT c, c || ' money', 2 FROM unnest(ARRAY['EUR', 'USD', 'GBP', 'CHF', 'JPY', 'PLN']) c;
INSERT INTO account SELECT _a(i), 'DE' || lpad((i * 7 % 90 + 10)::text, 2, '0') || '30000000' || _a(i), _u(1 + _h(1522, i, 640)), (SELECT product_code FROM product_catalogue ORDER BY product_code OFFSET _h(1523, i, 8) LIMIT 1), (ARRAY['EUR', 'EUR', 'EUR', 'USD', 'CHF'])[1 + _h(1524, i, 5)], '30' || lpad(((1 + _h(1525, i, 22)) * 41)::text, 6, '0'), _d(1526, i), 1 + _h(1527, i, 28) FROM generate_series(1, 900) i;
INSERT INTO account_signatory SELECT DISTINCT ON (1, 2) _a(1 + _h(1528, i, 900)), _u(1 + _h(1529, i, 500)), 1000 * (1 + _h(1530, i, 50)) FROM generate_series(1, 350) i;
INSERT INTO card SELECT lpad((i * 90001)::text, 16, '4'), _a(1 + _h(1531, i, 900)), _u(1 + _h(1532, i, 500)), 1 + _h(1533, i, 12), 2024 + _h(1534, i, 5), CASE WHEN _h(1535, i, 9) = 0 AND i < 600 THEN lpad(((i + 20) * 90001)::text, 16, '4') END FROM generate_series(1, 650) i;
INSERT INTO gl_account SELECT 1000 + i * 10, _w(1536, i), CASE WHEN i % 10 > 0 THEN 1000 + i / 10 * 100 END, (ARRAY['D', 'C'])[1 + _h(1537, i, 2)] FROM generate_series(0, 89) i;
INSERT INTO journal SELECT 5000000 + i, _d(1538, i), CASE WHEN _h(1539, i, 4) > 0 THEN 1 + _h(1540, i, 70) END, _w(1541, i), CASE WHEN i > 60 AND _h(1542, i, 25) = 0 THEN 5000000 + i - 50 END FROM generate_series(1, 1000) i;
INSERT INTO ledger_entry SELECT 5000000 + i, k, 1000 + 10 * _h(1543, i * 2 + k, 90), CASE WHEN k = 1 THEN _a(1 + _h(1544, i, 900)) END, 'EUR', CASE k WHEN 1 THEN 10 + _h(1545, i, 900) END, CASE k WHEN 2 THEN 10 + _h(1545, i, 900) END FROM generate_series(1, 1000) i, generate_series(1, 2) k;
INSERT INTO transfer SELECT md5('tr' || i)::uuid, _a(1 + _h(1546, i, 900)), 'FR' || lpad((_h(1547, i, 1000000))::text, 20, '7'), CASE WHEN _h(1548, i, 6) > 0 THEN 5000000 + i END, (ARRAY['EUR', 'USD'])[1 + _h(1549, i, 2)], 1 + _h(1550, i, 5000), _h(1551, i, 3) FROM generate_series(1, 800) i;
INSERT INTO standing_order (account_no, day_of_month, amount, last_transfer_ref) SELECT _a(1 + _h(1552, i, 900)), 1 + _h(1553, i, 28), 5 + _h(1554, i, 900), CASE WHEN _h(1555, i, 4) > 0 THEN md5('tr' || i)::uuid END FROM generate_series(1, 220) i;
INSERT INTO loan SELECT 'L' || lpad((i * 101)::text, 8, '0'), _u(1 + _h(1556, i, 640)), _a(1 + _h(1557, i, 900)), 1 + _h(1558, i, 70), 1000 * (1 + _h(1559, i, 300)), 12 * (1 + _h(1560, i, 30)) FROM generate_series(1, 160) i;
INSERT INTO instalment SELECT 'L' || lpad((i * 101)::text, 8, '0'), k, date '2023-01-15' + k * 30, 50 + _h(1561, i, 900), CASE WHEN k < 6 THEN 5000001 + _h(1562, i * 12 + k, 1000) END FROM generate_series(1, 160) i, generate_series(1, 8) k;
INSERT INTO fx_rate SELECT a, b, date '2024-01-01' + d, 0.5 + _h(1563, d * 40 + ascii(a) + ascii(substr(b, 2)), 900) / 700.0 FROM unnest(ARRAY['EUR', 'USD']) a, unnest(ARRAY['GBP', 'CHF', 'JPY', 'PLN']) b, generate_series(0, 89) d;
INSERT INTO parameter SELECT i, 'param' || i, 1 + _h(1564, i, 70), 1 + _h(1565, i, 4) FROM generate_series(1, 60) i;
DROP FUNCTION _u(bigint);
DROP FUNCTION _a(bigint);
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
