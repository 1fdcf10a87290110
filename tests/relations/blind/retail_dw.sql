-- retail_dw: retail data warehouse: star/snowflake, surrogate keys, role-playing dates
-- Own DDL and generated data (deterministic, no random()); foreign keys left out on purpose, truth in retail_dw.fks.tsv.
-- Load into an empty database: psql -v ON_ERROR_STOP=1 -q -f retail_dw.sql
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['bra','che','dor','fen','gal','hu','jor','kel','lin','mar','ne','os','pel','ro','sil','tan'])[1+_h(seed,i,16)] ||
   (ARRAY['ba','dri','go','lle','mi','no','sta','ve'])[1+_h(seed+1,i,8)] || (ARRAY['n','rd','s','x','la','to'])[1+_h(seed+2,i,6)]) $$;
CREATE TABLE dim_date (date_sk int PRIMARY KEY, full_date date NOT NULL UNIQUE, year_no int NOT NULL, month_no int NOT NULL, week_no int NOT NULL, weekday_no int NOT NULL, fiscal_period int NOT NULL);
CREATE TABLE dim_geography (geography_sk int PRIMARY KEY, city text NOT NULL, region text NOT NULL, country_code char(2) NOT NULL);
CREATE TABLE dim_customer (customer_sk int PRIMARY KEY, customer_id varchar(10) NOT NULL, full_name text NOT NULL, geography_sk int NOT NULL, first_purchase_date_sk int, row_version int NOT NULL, is_current boolean NOT NULL, UNIQUE (customer_id, row_version));
CREATE TABLE dim_customer_group (customer_group_sk int PRIMARY KEY, group_name text NOT NULL);
CREATE TABLE bridge_customer_group (customer_group_sk int NOT NULL, customer_sk int NOT NULL, weight_pct int NOT NULL, PRIMARY KEY (customer_group_sk, customer_sk));
CREATE TABLE dim_category (category_sk int PRIMARY KEY, category_name text NOT NULL UNIQUE);
CREATE TABLE dim_subcategory (subcategory_sk int PRIMARY KEY, subcategory_name text NOT NULL, category_sk int NOT NULL);
CREATE TABLE dim_brand (brand_sk int PRIMARY KEY, brand_name text NOT NULL);
CREATE TABLE dim_product (product_sk int PRIMARY KEY, product_code varchar(12) NOT NULL UNIQUE, product_name text NOT NULL, subcategory_sk int NOT NULL, brand_sk int, list_price numeric(8,2), pack_size int NOT NULL);
CREATE TABLE dim_employee (employee_sk int PRIMARY KEY, employee_name text NOT NULL, parent_employee_sk int, hire_date_sk int NOT NULL, job_level int NOT NULL);
CREATE TABLE dim_store (store_sk int PRIMARY KEY, store_name text NOT NULL, geography_sk int NOT NULL, manager_sk int, opening_date_sk int NOT NULL, square_m int NOT NULL);
CREATE TABLE dim_warehouse (warehouse_sk int PRIMARY KEY, warehouse_name text NOT NULL, geography_sk int NOT NULL);
CREATE TABLE dim_promotion (promotion_sk int PRIMARY KEY, promotion_name text NOT NULL, start_date_sk int, end_date_sk int, discount_pct int NOT NULL);
CREATE TABLE dim_currency (currency_sk int PRIMARY KEY, iso_code char(3) NOT NULL UNIQUE);
CREATE TABLE dim_return_reason (return_reason_sk int PRIMARY KEY, reason_text text NOT NULL);
CREATE TABLE etl_batch (batch_id int PRIMARY KEY, started_at timestamp NOT NULL, rows_loaded int NOT NULL);
CREATE TABLE fact_sales (order_number int NOT NULL, line_number int NOT NULL, order_date_sk int NOT NULL, due_date_sk int NOT NULL, ship_date_sk int, customer_sk int NOT NULL, product_sk int NOT NULL, store_sk int NOT NULL, seller_sk int, promotion_sk int NOT NULL, currency_sk int NOT NULL, invoice_number int, quantity int NOT NULL, amount numeric(10,2) NOT NULL, batch_id int NOT NULL, PRIMARY KEY (order_number, line_number));
CREATE TABLE fact_returns (order_number int NOT NULL, line_number int NOT NULL, return_date_sk int NOT NULL, return_reason_sk int NOT NULL, received_store_sk int, quantity int NOT NULL, rma_number int NOT NULL, batch_id int NOT NULL, PRIMARY KEY (order_number, line_number, return_date_sk));
CREATE TABLE fact_inventory (snapshot_date_sk int NOT NULL, product_sk int NOT NULL, warehouse_sk int NOT NULL, on_hand int NOT NULL, days_of_supply int NOT NULL, PRIMARY KEY (snapshot_date_sk, product_sk, warehouse_sk));
CREATE TABLE fact_transfer (transfer_number int PRIMARY KEY, from_warehouse_sk int NOT NULL, to_warehouse_sk int NOT NULL, product_sk int NOT NULL, sent_date_sk int NOT NULL, arrived_date_sk int, quantity int NOT NULL);
CREATE TABLE fact_currency_rate (date_sk int NOT NULL, currency_sk int NOT NULL, rate numeric(10,4) NOT NULL, PRIMARY KEY (date_sk, currency_sk));
CREATE TABLE fact_budget (month_key int NOT NULL, store_sk int NOT NULL, category_sk int NOT NULL, budget_amount int NOT NULL, revision int NOT NULL, PRIMARY KEY (month_key, store_sk, category_sk));
CREATE TABLE fact_web_visit (visit_number bigint PRIMARY KEY, visit_date_sk int NOT NULL, customer_sk int, landing_product_sk int, order_number int, page_views int NOT NULL, http_status int NOT NULL);
INSERT INTO dim_date SELECT to_char(d,'YYYYMMDD')::int, d, extract(year from d)::int, extract(month from d)::int, extract(week from d)::int, extract(isodow from d)::int, 1+(extract(month from d)::int+5)%12 FROM (SELECT date '2021-01-01'+n d FROM generate_series(0,1460) n) x;
INSERT INTO dim_geography SELECT i, _w(7000,i), 'R-'||_w(7003,i), (ARRAY['DE','FR','PL','IT','ES'])[1+_h(7006,i,5)] FROM generate_series(1,75) i;
INSERT INTO dim_customer SELECT i, 'C'||(100000+(i-i%5/4)), _w(7007,i)||' '||_w(7010,i), 1+_h(7013,i,75), CASE WHEN _h(7014,i,9)>0 THEN to_char(date '2021-01-01'+_h(7015,i,1400),'YYYYMMDD')::int END, 1+i%5/4, i%5<>3 FROM generate_series(1,600) i;
INSERT INTO dim_customer_group SELECT i, _w(7016,i)||' club' FROM generate_series(1,20) i;
INSERT INTO bridge_customer_group SELECT DISTINCT ON (a,b) a, b, c FROM (SELECT 1+_h(7019,i,20) a, 1+_h(7020,i,600) b, 10*(1+_h(7021,i,10)) c FROM generate_series(1,700) i) x ORDER BY a, b, c;
INSERT INTO dim_category SELECT i, 'Cat '||_w(7022,i)||i FROM generate_series(1,9) i;
INSERT INTO dim_subcategory SELECT i, 'Sub '||_w(7025,i), 1+_h(7028,i,9) FROM generate_series(1,46) i;
INSERT INTO dim_brand SELECT i, _w(7029,i) FROM generate_series(1,50) i;
INSERT INTO dim_product SELECT i, 'SKU'||lpad((i*13)::text,6,'0'), _w(7032,i)||' '||_w(7035,i), 1+_h(7038,i,46), CASE WHEN _h(7039,i,10)>0 THEN 1+_h(7040,i,50) END, 1+_h(7041,i,20000)/100.0, 1+_h(7042,i,12) FROM generate_series(1,350) i;
INSERT INTO dim_employee SELECT i, _w(7043,i)||' '||_w(7046,i), CASE WHEN i>1 THEN 1+_h(7049,i,LEAST(i-1,15)) END, to_char(date '2021-01-01'+_h(7050,i,1300),'YYYYMMDD')::int, 1+_h(7051,i,7) FROM generate_series(1,120) i;
INSERT INTO dim_store SELECT i, 'Store '||_w(7052,i), 1+_h(7055,i,75), CASE WHEN i%11>0 THEN 1+_h(7056,i,120) END, to_char(date '2021-01-01'+_h(7057,i,900),'YYYYMMDD')::int, 100+_h(7058,i,1900) FROM generate_series(1,40) i;
INSERT INTO dim_warehouse SELECT i, 'WH '||_w(7059,i), 1+_h(7062,i,75) FROM generate_series(1,8) i;
INSERT INTO dim_promotion SELECT -1, 'No promotion', NULL, NULL, 0;
INSERT INTO dim_promotion SELECT i, _w(7063,i)||' weeks', to_char(date '2021-01-15'+i*40,'YYYYMMDD')::int, to_char(date '2021-01-15'+i*40+7*(1+_h(7066,i,5)),'YYYYMMDD')::int, 5*(1+_h(7067,i,8)) FROM generate_series(1,32) i;
INSERT INTO dim_currency SELECT i, (ARRAY['EUR','USD','GBP','CHF','PLN','SEK','CZK'])[i] FROM generate_series(1,7) i;
INSERT INTO dim_return_reason SELECT i, (ARRAY['damaged','too small','too big','wrong item','late','no reason','other'])[i] FROM generate_series(1,7) i;
INSERT INTO etl_batch SELECT 3000+i, timestamp '2024-01-01'+i*interval '1 day', 100+_h(7068,i,9000) FROM generate_series(1,90) i;
INSERT INTO fact_sales SELECT 430000+o, k, to_char(date '2021-02-01'+o,'YYYYMMDD')::int, to_char(date '2021-02-01'+o+14,'YYYYMMDD')::int, CASE WHEN _h(7069,o,12)>0 THEN to_char(date '2021-02-01'+o+_h(7070,o*10+k,20),'YYYYMMDD')::int END, 1+_h(7071,o,600), 1+_h(7072,o*10+k,350), 1+_h(7073,o,40), CASE WHEN _h(7074,o,8)>0 THEN 1+_h(7075,o,120) END, CASE WHEN _h(7076,o*10+k,3)=0 THEN 1+_h(7077,o*10+k,32) ELSE -1 END, 1+_h(7078,o,6), CASE WHEN _h(7079,o,10)>0 THEN 1+(o*7)%340 END, 1+_h(7080,o*10+k,9), _h(7081,o*10+k,90000)/100.0, 3001+_h(7082,o,90) FROM generate_series(1,900) o, generate_series(1,4) k WHERE k<=1+_h(7083,o,3);
INSERT INTO fact_returns SELECT order_number, line_number, to_char(date '2021-03-05'+(order_number-430000)+_h(7084,order_number*10+line_number,30),'YYYYMMDD')::int, 1+_h(7085,order_number*10+line_number,7), CASE WHEN _h(7086,order_number,4)>0 THEN 1+_h(7087,order_number*10+line_number,40) END, 1, 1+_h(7088,order_number*10+line_number,300), 3001+_h(7089,order_number,90) FROM fact_sales WHERE _h(7090,order_number*10+line_number,100)<14;
INSERT INTO fact_inventory SELECT to_char(date '2023-01-31'+30*m,'YYYYMMDD')::int, p, w, _h(7091,m*10000+w*1000+p,500), 1+_h(7092,m*10000+w*1000+p,45) FROM generate_series(0,4) m, generate_series(1,8) w, generate_series(1,350) p WHERE _h(7093,m*10000+w*1000+p,100)<14;
INSERT INTO fact_transfer SELECT 9100+i, 1+_h(7094,i,8), 1+_h(7095,i,8), 1+_h(7096,i,350), to_char(date '2023-01-01'+_h(7097,i,600),'YYYYMMDD')::int, CASE WHEN _h(7098,i,6)>0 THEN to_char(date '2023-01-10'+_h(7099,i,600),'YYYYMMDD')::int END, 1+_h(7100,i,90) FROM generate_series(1,420) i;
INSERT INTO fact_currency_rate SELECT to_char(date '2023-01-01'+7*d,'YYYYMMDD')::int, c, 0.5+_h(7101,d*10+c,20000)/10000.0 FROM generate_series(0,99) d, generate_series(2,7) c;
INSERT INTO fact_budget SELECT 202300+m, s, c, 100*(1+_h(7102,m*1000+s*10+c,90)), 1+_h(7103,m*1000+s*10+c,4) FROM generate_series(1,12) m, generate_series(1,40) s, generate_series(1,9) c WHERE _h(7104,m*1000+s*10+c,100)<35;
INSERT INTO fact_web_visit SELECT 77000000+i*3, to_char(date '2022-06-01'+_h(7105,i,900),'YYYYMMDD')::int, CASE WHEN _h(7106,i,3)>0 THEN 1+_h(7107,i,600) END, CASE WHEN _h(7108,i,5)>0 THEN 1+_h(7109,i,350) END, CASE WHEN _h(7110,i,6)=0 THEN 430001+_h(7111,i,900) END, 1+_h(7112,i,40), (ARRAY[200,200,301,404])[1+_h(7113,i,4)] FROM generate_series(1,1500) i;
DROP FUNCTION _w(int, bigint); DROP FUNCTION _h(int, bigint, int);
ANALYZE;
