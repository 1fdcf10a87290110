-- saas: a web application in the habit of Rails: tenants everywhere, created_by_id, polymorphic commentable, dense bigints.
-- Own definition and generated data; no foreign keys: the truth is in saas.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE organizations (id bigserial PRIMARY KEY, name text NOT NULL, slug text NOT NULL UNIQUE, plan text, owner_id bigint, seats_count int, created_at timestamp);
CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL UNIQUE, name text, invited_by_id bigint, default_organization_id bigint, sign_in_count int, failed_attempts int, created_at timestamp);
CREATE TABLE memberships (id bigserial PRIMARY KEY, organization_id bigint NOT NULL, user_id bigint NOT NULL, role int NOT NULL, position int);
CREATE TABLE teams (id bigserial PRIMARY KEY, organization_id bigint NOT NULL, parent_id bigint, lead_id bigint, name text, lft int, rgt int);
CREATE TABLE team_users (team_id bigint NOT NULL, user_id bigint NOT NULL, PRIMARY KEY (team_id, user_id));
CREATE TABLE boards (id bigserial PRIMARY KEY, organization_id bigint NOT NULL, team_id bigint, created_by_id bigint NOT NULL, updated_by_id bigint, title text, lock_version int NOT NULL);
CREATE TABLE columns (id bigserial PRIMARY KEY, board_id bigint NOT NULL, title text, position int NOT NULL, wip_limit int);
CREATE TABLE cards (id bigserial PRIMARY KEY, column_id bigint NOT NULL, organization_id bigint NOT NULL, number int NOT NULL, assignee_id bigint, reporter_id bigint NOT NULL, blocked_by_id bigint, cover_attachment_id bigint, title text, points int, comments_count int, position int, lock_version int);
CREATE TABLE labels (id bigserial PRIMARY KEY, organization_id bigint NOT NULL, name text, color int);
CREATE TABLE card_labels (id bigserial PRIMARY KEY, card_id bigint NOT NULL, label_id bigint NOT NULL);
CREATE TABLE comments (id bigserial PRIMARY KEY, commentable_type text NOT NULL, commentable_id bigint NOT NULL, author_id bigint NOT NULL, reply_to_id bigint, body text, likes_count int);
CREATE TABLE attachments (id bigserial PRIMARY KEY, attachable_type text NOT NULL, attachable_id bigint NOT NULL, uploader_id bigint NOT NULL, byte_size int, checksum text);
CREATE TABLE webhooks (id bigserial PRIMARY KEY, organization_id bigint NOT NULL, url text, retries int);
CREATE TABLE webhook_deliveries (id bigserial PRIMARY KEY, webhook_id bigint NOT NULL, event text, response_code int, duration_ms int);
CREATE TABLE subscriptions (id bigserial PRIMARY KEY, organization_id bigint NOT NULL UNIQUE, external_ref text UNIQUE, quantity int, trial_days int);
CREATE TABLE audits (id bigserial PRIMARY KEY, auditable_type text, auditable_id bigint, user_id bigint, version int, action text);
CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO organizations SELECT i, _w(2101, i), lower(_w(2102, i)) || i, (ARRAY['free', 'pro'])[1 + _h(2103, i, 2)], CASE WHEN _h(2104, i, 12) > 0 THEN 1 + _h(2105, i, 500) END, 1 + _h(2106, i, 40), _d(2107, i) FROM generate_series(1, 80) i;
INSERT INTO users SELECT i, 'm' || i || '@example.org', _w(2108, i), CASE WHEN i > 20 AND _h(2109, i, 2) = 0 THEN 1 + _h(2110, i, i - 1) END, CASE WHEN _h(2111, i, 5) > 0 THEN 1 + _h(2112, i, 80) END, _h(2113, i, 300), _h(2114, i, 3), _d(2115, i) FROM generate_series(1, 500) i;
INSERT INTO memberships SELECT i, 1 + _h(2116, i, 80), 1 + _h(2117, i, 500), _h(2118, i, 3), 1 + _h(2119, i, 20) FROM generate_series(1, 700) i;
INSERT INTO teams SELECT i, 1 + _h(2120, i, 80), CASE WHEN i > 15 AND _h(2121, i, 3) > 0 THEN 1 + _h(2122, i, i - 1) END, CASE WHEN _h(2123, i, 4) > 0 THEN 1 + _h(2124, i, 500) END, _w(2125, i), i * 2 - 1, i * 2 FROM generate_series(1, 140) i;
INSERT INTO team_users SELECT DISTINCT 1 + _h(2126, i, 140), 1 + _h(2127, i, 500) FROM generate_series(1, 900) i;
INSERT INTO boards SELECT i, 1 + _h(2128, i, 80), CASE WHEN _h(2129, i, 3) > 0 THEN 1 + _h(2130, i, 140) END, 1 + _h(2131, i, 500), CASE WHEN _h(2132, i, 2) > 0 THEN 1 + _h(2133, i, 500) END, _w(2134, i), _h(2135, i, 30) FROM generate_series(1, 200) i;
INSERT INTO columns SELECT i, 1 + i / 4 % 200, _w(2136, i), 1 + i % 4, 1 + _h(2137, i, 10) FROM generate_series(1, 799) i;
INSERT INTO cards SELECT i, 1 + _h(2138, i, 799), 1 + _h(2139, i, 80), 1 + i / 80, CASE WHEN _h(2140, i, 3) > 0 THEN 1 + _h(2141, i, 500) END, 1 + _h(2142, i, 500), CASE WHEN i > 50 AND _h(2143, i, 12) = 0 THEN 1 + _h(2144, i, i - 1) END, CASE WHEN _h(2145, i, 6) = 0 THEN 1 + _h(2146, i, 600) END, _w(2147, i), _h(2148, i, 13), _h(2149, i, 20), 1 + _h(2150, i, 40), _h(2151, i, 9) FROM generate_series(1, 1700) i;
INSERT INTO labels SELECT i, 1 + _h(2152, i, 80), lower(_w(2153, i)), 1 + _h(2154, i, 16) FROM generate_series(1, 220) i;
INSERT INTO card_labels SELECT i, 1 + _h(2155, i, 1700), 1 + _h(2156, i, 220) FROM generate_series(1, 1300) i;
INSERT INTO comments SELECT i, t, CASE t WHEN 'Card' THEN 1 + _h(2157, i, 1700) ELSE 1 + _h(2158, i, 200) END, 1 + _h(2159, i, 500), CASE WHEN i > 20 AND _h(2160, i, 4) = 0 THEN 1 + _h(2161, i, i - 1) END, _w(2162, i), _h(2163, i, 9) FROM (SELECT i, (ARRAY['Card', 'Card', 'Board'])[1 + _h(2164, i, 3)] AS t FROM generate_series(1, 1100) i) x;
INSERT INTO attachments SELECT i, t, CASE t WHEN 'Card' THEN 1 + _h(2165, i, 1700) ELSE 1 + _h(2166, i, 1100) END, 1 + _h(2167, i, 500), 100 + _h(2168, i, 90000), md5('f' || i) FROM (SELECT i, (ARRAY['Card', 'Comment'])[1 + _h(2169, i, 2)] AS t FROM generate_series(1, 600) i) x;
INSERT INTO webhooks SELECT i, 1 + _h(2170, i, 80), 'https://example.org/h/' || i, _h(2171, i, 5) FROM generate_series(1, 60) i;
INSERT INTO webhook_deliveries SELECT i, 1 + _h(2172, i, 60), 'card.created', 200 + _h(2173, i, 3) * 100, _h(2174, i, 900) FROM generate_series(1, 900) i;
INSERT INTO subscriptions SELECT i, i, 'sub_' || md5('s' || i), 1 + _h(2175, i, 40), 14 FROM generate_series(1, 64) i;
INSERT INTO audits SELECT i, (ARRAY['Card', 'Board', 'User'])[1 + _h(2176, i, 3)], 1 + _h(2177, i, 190), CASE WHEN _h(2178, i, 9) > 0 THEN 1 + _h(2179, i, 500) END, 1 + _h(2180, i, 6), 'update' FROM generate_series(1, 1200) i;
INSERT INTO schema_migrations SELECT to_char(date '2022-01-01' + i * 5, 'YYYYMMDD') || '120000' FROM generate_series(1, 70) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
