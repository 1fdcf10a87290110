-- forum: pages and comments in the style of WordPress: one prefix for all tables, keys called ID, 0 for none, tables of key and value.
-- Own definition and generated data; no foreign keys: the truth is in forum.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE cm_users ("ID" bigserial PRIMARY KEY, user_login varchar(60) NOT NULL UNIQUE, user_pass varchar(64), user_email varchar(100), user_registered timestamp, user_status int NOT NULL);
CREATE TABLE cm_usermeta (umeta_id bigserial PRIMARY KEY, user_id bigint NOT NULL, meta_key varchar(64), meta_value text);
CREATE TABLE cm_posts ("ID" bigserial PRIMARY KEY, post_author bigint NOT NULL, post_date timestamp, post_title text, post_content text, post_status varchar(20), post_parent bigint, menu_order int NOT NULL, post_type varchar(20), comment_count bigint NOT NULL);
CREATE TABLE cm_postmeta (meta_id bigserial PRIMARY KEY, post_id bigint NOT NULL, meta_key varchar(64), meta_value text);
CREATE TABLE cm_comments ("comment_ID" bigserial PRIMARY KEY, "comment_post_ID" bigint NOT NULL, comment_author text, comment_author_email varchar(100), comment_date timestamp, comment_content text, comment_karma int NOT NULL, comment_approved varchar(8), comment_parent bigint, user_id bigint);
CREATE TABLE cm_commentmeta (meta_id bigserial PRIMARY KEY, comment_id bigint NOT NULL, meta_key varchar(64), meta_value text);
CREATE TABLE cm_terms (term_id bigserial PRIMARY KEY, name varchar(100) NOT NULL, slug varchar(100) NOT NULL, term_group int NOT NULL);
CREATE TABLE cm_term_taxonomy (term_taxonomy_id bigserial PRIMARY KEY, term_id bigint NOT NULL, taxonomy varchar(32) NOT NULL, parent bigint, count bigint NOT NULL);
CREATE TABLE cm_term_relationships (object_id bigint NOT NULL, term_taxonomy_id bigint NOT NULL, term_order int NOT NULL, PRIMARY KEY (object_id, term_taxonomy_id));
CREATE TABLE cm_options (option_id bigserial PRIMARY KEY, option_name varchar(64) UNIQUE, option_value text, autoload varchar(3));
CREATE TABLE cm_links (link_id bigserial PRIMARY KEY, link_url text, link_name text, link_owner bigint NOT NULL, link_rating int NOT NULL);
CREATE TABLE cm_forums (forum_id bigserial PRIMARY KEY, forum_name text, parent_forum_id bigint, forum_order int, topics_count int, last_post_id bigint);
CREATE TABLE cm_topics (topic_id bigserial PRIMARY KEY, forum_id bigint NOT NULL, topic_poster bigint NOT NULL, topic_title text, views int, replies int);
CREATE TABLE cm_forum_posts (fpost_id bigserial PRIMARY KEY, topic_id bigint NOT NULL, poster bigint NOT NULL, body text, edit_count int, position int);
CREATE TABLE cm_votes (voter bigint NOT NULL, item_type varchar(10) NOT NULL, item_id bigint NOT NULL, vote int, PRIMARY KEY (voter, item_type, item_id));
CREATE TABLE cm_private_messages (msg_id bigserial PRIMARY KEY, sender bigint NOT NULL, recipient bigint NOT NULL, subject text, in_reply_to bigint);
INSERT INTO cm_users SELECT i, lower(_w(1601, i)) || i, md5('p' || i), 'u' || i || '@example.org', _d(1602, i), 0 FROM generate_series(1, 350) i;
INSERT INTO cm_usermeta SELECT i, 1 + i / 3 % 350, (ARRAY['nickname', 'locale', 'level'])[1 + i % 3], _w(1603, i) FROM generate_series(1, 1000) i;
INSERT INTO cm_posts SELECT i, 1 + _h(1604, i, 30), _d(1605, i), _w(1606, i), _w(1607, i) || ' ' || lower(_w(1608, i)), (ARRAY['publish', 'draft', 'trash'])[1 + _h(1609, i, 3)], CASE WHEN i > 20 AND _h(1610, i, 4) = 0 THEN 1 + _h(1611, i, i - 1) END, _h(1612, i, 9), (ARRAY['post', 'page', 'attachment'])[1 + _h(1613, i, 3)], _h(1614, i, 12) FROM generate_series(1, 900) i;
INSERT INTO cm_postmeta SELECT i, 1 + _h(1615, i, 900), (ARRAY['_thumbnail_id', '_edit_lock', '_views'])[1 + _h(1616, i, 3)], (1 + _h(1617, i, 900))::text FROM generate_series(1, 1400) i;
INSERT INTO cm_comments SELECT i, 1 + _h(1618, i, 900), _w(1619, i), 'g' || _h(1620, i, 400) || '@example.org', _d(1621, i), _w(1622, i), _h(1623, i, 5), '1', CASE WHEN i > 10 AND _h(1624, i, 3) = 0 THEN 1 + _h(1625, i, i - 1) ELSE 0 END, CASE WHEN _h(1626, i, 2) = 0 THEN 1 + _h(1627, i, 350) END FROM generate_series(1, 1200) i;
INSERT INTO cm_commentmeta SELECT i, 1 + _h(1628, i, 1200), 'rating', _h(1629, i, 5)::text FROM generate_series(1, 300) i;
INSERT INTO cm_terms SELECT i, _w(1630, i), lower(_w(1631, i)) || i, 0 FROM generate_series(1, 130) i;
INSERT INTO cm_term_taxonomy SELECT i, 1 + (i * 7) % 130, (ARRAY['category', 'post_tag', 'nav_menu'])[1 + _h(1632, i, 3)], CASE WHEN i > 9 AND _h(1633, i, 4) = 0 THEN 1 + (_h(1634, i, 9) * 7) % 130 END, _h(1635, i, 60) FROM generate_series(1, 150) i;
INSERT INTO cm_term_relationships SELECT DISTINCT ON (1, 2) CASE WHEN _h(1636, i, 9) > 0 THEN 1 + _h(1637, i, 900) ELSE 5000 + _h(1638, i, 50) END, 1 + _h(1639, i, 150), 0 FROM generate_series(1, 1500) i;
INSERT INTO cm_options SELECT i, 'opt_' || lower(_w(1640, i)) || i, _h(1641, i, 300)::text, (ARRAY['yes', 'no'])[1 + _h(1642, i, 2)] FROM generate_series(1, 180) i;
INSERT INTO cm_links SELECT i, 'https://example.org/' || i, _w(1643, i), 1 + _h(1644, i, 350), _h(1645, i, 6) FROM generate_series(1, 70) i;
INSERT INTO cm_forums SELECT i, _w(1646, i), CASE WHEN i > 5 THEN 1 + _h(1647, i, 5) END, i, 1 + _h(1648, i, 90), CASE WHEN _h(1649, i, 6) > 0 THEN 1 + _h(1650, i, 1800) END FROM generate_series(1, 24) i;
INSERT INTO cm_topics SELECT i, 1 + _h(1651, i, 24), 1 + _h(1652, i, 350), _w(1653, i), _h(1654, i, 4000), _h(1655, i, 40) FROM generate_series(1, 450) i;
INSERT INTO cm_forum_posts SELECT i, 1 + i / 4, 1 + _h(1656, i, 350), _w(1657, i), _h(1658, i, 4), 1 + i % 4 FROM generate_series(1, 1799) i;
INSERT INTO cm_forum_posts SELECT 1800, 3, 12, 'last', 0, 5;
INSERT INTO cm_votes SELECT DISTINCT ON (1, 2, 3) 1 + _h(1659, i, 350), t, CASE t WHEN 'post' THEN 1 + _h(1660, i, 900) ELSE 1 + _h(1661, i, 1200) END, 1 - 2 * _h(1662, i, 2) FROM (SELECT i, (ARRAY['post', 'comment'])[1 + _h(1663, i, 2)] AS t FROM generate_series(1, 900) i) x;
INSERT INTO cm_private_messages SELECT i, 1 + _h(1664, i, 350), 1 + _h(1665, i, 350), _w(1666, i), CASE WHEN i > 15 AND _h(1667, i, 2) = 0 THEN 1 + _h(1668, i, i - 1) END FROM generate_series(1, 500) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
