-- wholesale: order management, snake_case, text customer codes
-- Own DDL and generated data (deterministic, no random()); foreign keys left out on purpose, truth in wholesale.fks.tsv.
-- Load into an empty database: psql -v ON_ERROR_STOP=1 -q -f wholesale.sql
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['bra','che','dor','fen','gal','hu','jor','kel','lin','mar','ne','os','pel','ro','sil','tan'])[1+_h(seed,i,16)] ||
   (ARRAY['ba','dri','go','lle','mi','no','sta','ve'])[1+_h(seed+1,i,8)] || (ARRAY['n','rd','s','x','la','to'])[1+_h(seed+2,i,6)]) $$;
CREATE TABLE countries (iso2 char(2) PRIMARY KEY, country_name text NOT NULL UNIQUE, eu_member boolean NOT NULL);
CREATE TABLE sales_regions (region_id int PRIMARY KEY, region_name text NOT NULL);
CREATE TABLE territories (territory_code varchar(10) PRIMARY KEY, territory_name text NOT NULL, region_id int NOT NULL);
CREATE TABLE customers (customer_code varchar(5) PRIMARY KEY, company_name text NOT NULL, contact_name text, country_code char(2), city text, credit_limit numeric(10,2), payment_days int NOT NULL);
CREATE TABLE segments (segment_code varchar(8) PRIMARY KEY, description text NOT NULL);
CREATE TABLE customer_segments (customer_code varchar(5) NOT NULL, segment_code varchar(8) NOT NULL, PRIMARY KEY (customer_code, segment_code));
CREATE TABLE employees (employee_id int PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, reports_to int, hired_on date, extension int, desk_no int);
CREATE TABLE employee_territories (employee_id int NOT NULL, territory_code varchar(10) NOT NULL, PRIMARY KEY (employee_id, territory_code));
CREATE TABLE carriers (carrier_id int PRIMARY KEY, carrier_name text NOT NULL, phone text);
CREATE TABLE vendors (vendor_id int PRIMARY KEY, vendor_name text NOT NULL, country_code char(2) NOT NULL, rating int);
CREATE TABLE product_groups (group_id int PRIMARY KEY, group_name text NOT NULL UNIQUE);
CREATE TABLE products (product_id int PRIMARY KEY, product_name text NOT NULL, vendor_id int, group_id int NOT NULL, successor_id int, unit_price numeric(8,2) NOT NULL, units_in_stock int NOT NULL, reorder_level int NOT NULL, discontinued boolean NOT NULL);
CREATE TABLE warehouses (warehouse_id int PRIMARY KEY, warehouse_name text NOT NULL, country_code char(2) NOT NULL, manager_id int);
CREATE TABLE stock_levels (warehouse_id int NOT NULL, product_id int NOT NULL, on_hand int NOT NULL, min_qty int NOT NULL, PRIMARY KEY (warehouse_id, product_id));
CREATE TABLE stock_moves (move_id int PRIMARY KEY, warehouse_id int NOT NULL, product_id int NOT NULL, moved_on date NOT NULL, qty int NOT NULL, move_type char(2) NOT NULL);
CREATE TABLE sales_orders (order_no int PRIMARY KEY, customer_code varchar(5) NOT NULL, taken_by int, ordered_on date NOT NULL, required_on date, ship_via int, ship_country char(2), freight numeric(8,2), status char(1) NOT NULL, priority int NOT NULL);
CREATE TABLE sales_order_lines (order_no int NOT NULL, line_no int NOT NULL, product_id int NOT NULL, unit_price numeric(8,2) NOT NULL, quantity int NOT NULL, discount_pct int NOT NULL, PRIMARY KEY (order_no, line_no));
CREATE TABLE shipments (shipment_id int PRIMARY KEY, order_no int NOT NULL, line_no int NOT NULL, carrier_id int NOT NULL, shipped_on date, shipped_qty int NOT NULL, parcels int NOT NULL);
CREATE TABLE invoices (invoice_no int PRIMARY KEY, order_no int NOT NULL UNIQUE, bill_to varchar(5) NOT NULL, invoiced_on date, total numeric(10,2), dunning_level int NOT NULL);
CREATE TABLE payments (payment_id int PRIMARY KEY, invoice_no int NOT NULL, paid_on date NOT NULL, amount numeric(10,2) NOT NULL, method_code varchar(4) NOT NULL);
CREATE INDEX ON sales_orders (customer_code); CREATE INDEX ON sales_order_lines (product_id);
INSERT INTO countries SELECT c, 'Country '||c, c IN ('DE','FR','IT','ES','PL','SE','NL','AT','BE','PT') FROM unnest(ARRAY['DE','FR','IT','ES','PL','SE','NL','AT','BE','PT','GB','CH','NO','US','CA','MX','BR','AR','JP','CN','IN','AU']) c;
INSERT INTO sales_regions SELECT i, (ARRAY['North','East','South','West','Overseas'])[i] FROM generate_series(1,5) i;
INSERT INTO territories SELECT 'T'||lpad((i*37)::text,4,'0'), _w(1000,i), 1+_h(1003,i,5) FROM generate_series(1,48) i;
INSERT INTO customers SELECT upper(substr(_w(1004,i),1,3))||chr(65+i/26)||chr(65+i%26), _w(1007,i)||' Ltd', _w(1010,i), CASE WHEN _h(1013,i,12)>0 THEN (SELECT iso2 FROM countries ORDER BY iso2 OFFSET _h(1014,i,20) LIMIT 1) END, _w(1015,i), 500*_h(1018,i,60), (ARRAY[0,14,30,60])[1+_h(1019,i,4)] FROM generate_series(1,180) i;
INSERT INTO segments VALUES ('RETAIL','Retail shop'),('WHOLE','Wholesaler'),('ONLINE','Online only'),('GASTRO','Restaurant or hotel'),('PUBLIC','Public body'),('EXPORT','Exporter'),('VIP','Key account');
INSERT INTO customer_segments SELECT DISTINCT (SELECT customer_code FROM customers ORDER BY customer_code OFFSET _h(1020,i,180) LIMIT 1), (ARRAY['RETAIL','WHOLE','ONLINE','GASTRO','EXPORT','VIP'])[1+_h(1021,i,6)] FROM generate_series(1,240) i;
INSERT INTO employees SELECT i, _w(1022,i), _w(1025,i), CASE WHEN i>2 THEN 1+_h(1028,i,LEAST(i-1,9)) END, date '2009-01-01'+_h(1029,i,4500), 1000+_h(1030,i,900), 1+_h(1031,i,30) FROM generate_series(1,36) i;
INSERT INTO employee_territories SELECT DISTINCT 1+_h(1032,i,36), 'T'||lpad(((1+_h(1033,i,48))*37)::text,4,'0') FROM generate_series(1,90) i;
INSERT INTO carriers SELECT i, _w(1034,i)||' Express', '+49 30 '||_h(1037,i,900000) FROM generate_series(1,6) i;
INSERT INTO vendors SELECT i, _w(1038,i)||' GmbH', (SELECT iso2 FROM countries ORDER BY iso2 OFFSET _h(1041,i,22) LIMIT 1), 1+_h(1042,i,5) FROM generate_series(1,42) i;
INSERT INTO product_groups SELECT i, (ARRAY['Beverages','Condiments','Bakery','Dairy','Cereals','Meat','Produce','Seafood','Sweets','Frozen','Household'])[i] FROM generate_series(1,11) i;
INSERT INTO products SELECT i, _w(1043,i)||' '||_w(1046,i), CASE WHEN _h(1049,i,15)>0 THEN 1+_h(1050,i,42) END, 1+_h(1051,i,11), CASE WHEN _h(1052,i,8)=0 THEN 1+_h(1053,i,210) END, 1+_h(1054,i,9000)/100.0, _h(1055,i,160), 5*_h(1056,i,7), _h(1057,i,8)=0 FROM generate_series(1,210) i;
INSERT INTO warehouses SELECT i, 'Depot '||_w(1058,i), (ARRAY['DE','FR','PL','US'])[1+_h(1061,i,4)], CASE WHEN i<>3 THEN 5+_h(1062,i,25) END FROM generate_series(1,7) i;
INSERT INTO stock_levels SELECT w, p, _h(1063,w*1000+p,300), 10*_h(1064,w*1000+p,5) FROM generate_series(1,7) w, generate_series(1,210) p WHERE _h(1065,w*1000+p,100)<40;
INSERT INTO stock_moves SELECT row_number() OVER (ORDER BY warehouse_id, product_id, k), warehouse_id, product_id, date '2022-01-01'+_h(1066,k*100000+warehouse_id*1000+product_id,700), _h(1067,k*100000+warehouse_id*1000+product_id,80)-30, (ARRAY['IN','OU','AD'])[1+_h(1068,k*100000+product_id,3)] FROM stock_levels, generate_series(1,3) k WHERE _h(1069,k*100000+warehouse_id*1000+product_id,10)<5;
INSERT INTO sales_orders SELECT 10247+i, (SELECT customer_code FROM customers ORDER BY customer_code OFFSET _h(1070,i,170) LIMIT 1), CASE WHEN _h(1071,i,20)>0 THEN 1+_h(1072,i,30) END, date '2022-01-03'+i, date '2022-01-03'+i+7*_h(1073,i,6), CASE WHEN _h(1074,i,9)>0 THEN 1+_h(1075,i,6) END, (SELECT iso2 FROM countries ORDER BY iso2 OFFSET _h(1076,i,22) LIMIT 1), _h(1077,i,20000)/100.0, (ARRAY['N','P','S','C'])[1+_h(1078,i,4)], 1+_h(1079,i,5) FROM generate_series(1,700) i;
INSERT INTO sales_order_lines SELECT 10247+i, k, 1+_h(1080,i*10+k,205), 1+_h(1081,i*10+k,9000)/100.0, 1+_h(1082,i*10+k,50), 5*_h(1083,i*10+k,4) FROM generate_series(1,700) i, generate_series(1,4) k WHERE k<=1+_h(1084,i,4);
INSERT INTO shipments SELECT row_number() OVER (ORDER BY order_no, line_no), order_no, line_no, 1+_h(1085,order_no*10+line_no,6), date '2022-02-01'+_h(1086,order_no,700), quantity, 1+_h(1087,order_no*10+line_no,4) FROM sales_order_lines WHERE _h(1088,order_no*10+line_no,10)<7;
INSERT INTO invoices SELECT 500000+row_number() OVER (ORDER BY order_no), order_no, CASE WHEN _h(1089,order_no,10)=0 THEN (SELECT min(customer_code) FROM customers) ELSE customer_code END, ordered_on+10, _h(1090,order_no,300000)/100.0, _h(1091,order_no,4) FROM sales_orders WHERE status<>'N';
INSERT INTO payments SELECT row_number() OVER (ORDER BY invoice_no), invoice_no, invoiced_on+_h(1092,invoice_no,60), total, (ARRAY['BANK','CARD','CASH','CHQ'])[1+_h(1093,invoice_no,4)] FROM invoices WHERE _h(1094,invoice_no,10)<8;
DROP FUNCTION _w(int, bigint); DROP FUNCTION _h(int, bigint, int);
ANALYZE;
