-- rental: a chain of video shops, in the style of Sakila: small keys, roles, a circle of shop and manager.
-- Own definition and generated data; no foreign keys: the truth is in rental.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE country (country_id smallint PRIMARY KEY, country varchar(50) NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE city (city_id smallint PRIMARY KEY, city varchar(50) NOT NULL, country_id smallint NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE address (address_id smallint PRIMARY KEY, address varchar(50) NOT NULL, address2 varchar(50), district varchar(20) NOT NULL, city_id smallint NOT NULL, postal_code varchar(10), phone varchar(20) NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE language (language_id smallint PRIMARY KEY, name char(20) NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE category (category_id smallint PRIMARY KEY, name varchar(25) NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE actor (actor_id smallint PRIMARY KEY, first_name varchar(45) NOT NULL, last_name varchar(45) NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE film (film_id smallint PRIMARY KEY, title varchar(255) NOT NULL, description text, release_year int, language_id smallint NOT NULL, original_language_id smallint, rental_duration smallint NOT NULL, rental_rate numeric(4,2) NOT NULL, length smallint, replacement_cost numeric(5,2) NOT NULL, rating varchar(5), last_update timestamp NOT NULL);
CREATE TABLE film_actor (actor_id smallint NOT NULL, film_id smallint NOT NULL, last_update timestamp NOT NULL, PRIMARY KEY (actor_id, film_id));
CREATE TABLE film_category (film_id smallint NOT NULL, category_id smallint NOT NULL, last_update timestamp NOT NULL, PRIMARY KEY (film_id, category_id));
CREATE TABLE store (store_id smallint PRIMARY KEY, manager_staff_id smallint NOT NULL, address_id smallint NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE staff (staff_id smallint PRIMARY KEY, first_name varchar(45) NOT NULL, last_name varchar(45) NOT NULL, address_id smallint NOT NULL, email varchar(50), store_id smallint NOT NULL, active boolean NOT NULL, username varchar(16) NOT NULL, password varchar(40), last_update timestamp NOT NULL);
CREATE TABLE customer (customer_id smallint PRIMARY KEY, store_id smallint NOT NULL, first_name varchar(45) NOT NULL, last_name varchar(45) NOT NULL, email varchar(50), address_id smallint NOT NULL, activebool boolean NOT NULL, create_date date NOT NULL, last_update timestamp, active int);
CREATE TABLE inventory (inventory_id int PRIMARY KEY, film_id smallint NOT NULL, store_id smallint NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE rental (rental_id int PRIMARY KEY, rental_date timestamp NOT NULL, inventory_id int NOT NULL, customer_id smallint NOT NULL, return_date timestamp, staff_id smallint NOT NULL, last_update timestamp NOT NULL);
CREATE TABLE payment (payment_id int PRIMARY KEY, customer_id smallint NOT NULL, staff_id smallint NOT NULL, rental_id int NOT NULL, amount numeric(5,2) NOT NULL, payment_date timestamp NOT NULL);
CREATE UNIQUE INDEX ON rental (rental_date, inventory_id, customer_id);
CREATE INDEX ON customer (address_id);
CREATE INDEX ON customer (store_id);
CREATE INDEX ON film (language_id);
CREATE INDEX ON film (original_language_id);
CREATE INDEX ON rental (inventory_id);
INSERT INTO country SELECT i, _w(201, i), timestamp '2023-02-15 04:44' FROM generate_series(1, 109) i;
INSERT INTO city SELECT i, _w(202, i) || ' ' || i % 9, 1 + _h(203, i, 109), timestamp '2023-02-15 04:45' FROM generate_series(1, 600) i;
INSERT INTO address SELECT i, (1 + _h(204, i, 1990)) || ' ' || _w(205, i) || ' Street', NULL, _w(206, _h(207, i, 90)), 1 + _h(208, i, 600), (_h(209, i, 90000) + 10000)::text, (1000000 + _h(210, i, 90000000))::text, timestamp '2023-02-15 04:46' FROM generate_series(1, 603) i;
INSERT INTO language SELECT i, (ARRAY['English', 'Italian', 'Japanese', 'Mandarin', 'French', 'German'])[i], timestamp '2023-02-15 05:02' FROM generate_series(1, 6) i;
INSERT INTO category SELECT i, _w(211, i), timestamp '2023-02-15 04:46' FROM generate_series(1, 16) i;
INSERT INTO actor SELECT i, upper(_w(212, i)), upper(_w(213, i)), timestamp '2023-02-15 04:34' FROM generate_series(1, 200) i;
INSERT INTO film SELECT i, upper(_w(214, i) || ' ' || _w(215, i)), 'A tale of ' || lower(_w(216, i)), 1990 + _h(217, i, 30), 1 + _h(218, i, 6) / 4, CASE WHEN _h(219, i, 6) = 0 THEN 1 + _h(220, i, 6) END, 3 + _h(221, i, 5), 0.99 + _h(222, i, 3) * 2, 46 + _h(223, i, 140), 9.99 + _h(224, i, 20), (ARRAY['G', 'PG', 'PG-13', 'R', 'NC-17'])[1 + _h(225, i, 5)], timestamp '2023-02-15 05:03' FROM generate_series(1, 1000) i;
INSERT INTO film_actor SELECT DISTINCT 1 + _h(226, i, 200), 1 + _h(227, i, 1000), timestamp '2023-02-15 05:05' FROM generate_series(1, 2500) i;
INSERT INTO film_category SELECT i, 1 + _h(228, i, 16), timestamp '2023-02-15 05:07' FROM generate_series(1, 1000) i;
INSERT INTO store SELECT i, i, i, timestamp '2023-02-15 04:57' FROM generate_series(1, 2) i;
INSERT INTO staff SELECT i, _w(229, i), _w(230, i), i + 2, 'staff' || i || '@example.org', i, true, 'st' || i, md5('pw' || i), timestamp '2023-02-15 03:57' FROM generate_series(1, 2) i;
INSERT INTO customer SELECT i, 1 + _h(231, i, 2), upper(_w(232, i)), upper(_w(233, i)), 'c' || i || '@example.org', 4 + i, true, date '2023-02-14', timestamp '2023-02-15 04:57', 1 - _h(234, i, 40) / 39 FROM generate_series(1, 599) i;
INSERT INTO inventory SELECT i, 1 + (i * 1000 / 2200) % 1000, 1 + _h(235, i, 2), timestamp '2023-02-15 05:09' FROM generate_series(1, 2200) i;
INSERT INTO rental SELECT i, timestamp '2023-05-24' + i * interval '61 minutes', 1 + _h(236, i, 2200), 1 + _h(237, i, 599), CASE WHEN _h(238, i, 90) > 0 THEN timestamp '2023-05-27' + i * interval '61 minutes' END, 1 + _h(239, i, 2), timestamp '2023-06-15' FROM generate_series(1, 2000) i;
INSERT INTO payment SELECT i + 17502, customer_id, 1 + _h(240, i, 2), i, 0.99 + _h(241, i, 9), rental_date FROM (SELECT rental_id AS i, customer_id, rental_date FROM rental) r WHERE _h(242, i, 12) > 0;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
