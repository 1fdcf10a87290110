-- office: every table has id, status_id, type and created_by, dense ids fit everywhere, and few columns refer to anything.
-- Own definition and generated data; no foreign keys: the truth is in office.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE accounts (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, name text, level int, region int);
CREATE TABLE members (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, name text, account_id int NOT NULL, floor int, age int);
CREATE TABLE projects (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, name text, account_id int, budget int, priority int);
CREATE TABLE tasks (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, title text, project_id int NOT NULL, member_id int, sort_order int, estimate int);
CREATE TABLE task_notes (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, task_id int NOT NULL, body text, revision int);
CREATE TABLE time_entries (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, task_id int NOT NULL, member_id int NOT NULL, minutes int, week int);
CREATE TABLE milestones (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, project_id int NOT NULL, label text, quarter int);
CREATE TABLE folders (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, parent_id int, name text, depth int);
CREATE TABLE events (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, entity_type text NOT NULL, entity_id int NOT NULL, at timestamp);
CREATE TABLE labels (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, target_kind text, target_id int, colour int);
CREATE TABLE rooms (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, floor int, seats int, building int);
CREATE TABLE devices (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, serial_no int, slot int, port int);
CREATE TABLE contracts (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, external_id int, version int, term int);
CREATE TABLE invoices (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, number int, year int, total int);
CREATE TABLE payments (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, amount int, currency char(3), method int);
CREATE TABLE assets (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, tag int, rack int, unit int);
CREATE TABLE vehicles (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, model int, seats int, mileage int);
CREATE TABLE visits (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, badge int, gate int, day int);
CREATE TABLE polls (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, question text, answers_count int, rank int);
CREATE TABLE news (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, headline text, views int, position int);
CREATE TABLE menus (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, dish text, weekday int, calories int);
CREATE TABLE parcels (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, weight int, zone int, locker int);
CREATE TABLE keys (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, code int, copies int);
CREATE TABLE courses (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, title text, points int, hours int);
CREATE TABLE plants (id int PRIMARY KEY, status_id int NOT NULL, type int NOT NULL, created_by text, height int, window_no int, water int);
INSERT INTO accounts SELECT i, 1 + _h(501, i, 5), 1 + _h(502, i, 4), lower(_w(503, _h(504, i, 30))), _w(505, i), 1 + _h(506, i, 9), 1 + _h(507, i, 20) FROM generate_series(1, 120) i;
INSERT INTO members SELECT i, 1 + _h(508, i, 5), 1 + _h(509, i, 4), lower(_w(503, _h(510, i, 30))), _w(511, i), 1 + _h(512, i, 120), 1 + _h(513, i, 12), 18 + _h(514, i, 50) FROM generate_series(1, 400) i;
INSERT INTO projects SELECT i, 1 + _h(515, i, 5), 1 + _h(516, i, 4), lower(_w(503, _h(517, i, 30))), _w(518, i), CASE WHEN _h(519, i, 8) > 0 THEN 1 + _h(520, i, 120) END, 1 + _h(521, i, 300), 1 + _h(522, i, 5) FROM generate_series(1, 90) i;
INSERT INTO tasks SELECT i, 1 + _h(523, i, 5), 1 + _h(524, i, 4), lower(_w(503, _h(525, i, 30))), _w(526, i), 1 + _h(527, i, 90), CASE WHEN _h(528, i, 5) > 0 THEN 1 + _h(529, i, 400) END, 1 + _h(530, i, 40), 1 + _h(531, i, 80) FROM generate_series(1, 1500) i;
INSERT INTO task_notes SELECT i, 1 + _h(532, i, 5), 1 + _h(533, i, 4), lower(_w(503, _h(534, i, 30))), 1 + _h(535, i, 1500), _w(536, i), 1 + _h(537, i, 6) FROM generate_series(1, 800) i;
INSERT INTO time_entries SELECT i, 1 + _h(538, i, 5), 1 + _h(539, i, 4), lower(_w(503, _h(540, i, 30))), 1 + _h(541, i, 1500), 1 + _h(542, i, 400), 5 + _h(543, i, 400), 1 + _h(544, i, 52) FROM generate_series(1, 2000) i;
INSERT INTO milestones SELECT i, 1 + _h(545, i, 5), 1 + _h(546, i, 4), lower(_w(503, _h(547, i, 30))), 1 + _h(548, i, 90), _w(549, i), 1 + _h(550, i, 4) FROM generate_series(1, 200) i;
INSERT INTO folders SELECT i, 1 + _h(551, i, 5), 1 + _h(552, i, 4), lower(_w(503, _h(553, i, 30))), CASE WHEN i > 6 THEN 1 + _h(554, i, i - 1) END, _w(555, i), 1 + _h(556, i, 6) FROM generate_series(1, 250) i;
INSERT INTO events SELECT i, 1 + _h(557, i, 5), 1 + _h(558, i, 4), lower(_w(503, _h(559, i, 30))), e, CASE e WHEN 'task' THEN 1 + _h(560, i, 1500) WHEN 'member' THEN 1 + _h(561, i, 400) ELSE 1 + _h(562, i, 90) END, _d(563, i) FROM (SELECT i, (ARRAY['task', 'member', 'project'])[1 + _h(564, i, 3)] AS e FROM generate_series(1, 1200) i) x;
INSERT INTO labels SELECT i, 1 + _h(565, i, 5), 1 + _h(566, i, 4), lower(_w(503, _h(567, i, 30))), (ARRAY['room', 'device', 'asset'])[1 + _h(568, i, 3)], 1 + _h(569, i, 110), 1 + _h(570, i, 16) FROM generate_series(1, 300) i;
INSERT INTO rooms SELECT i, 1 + _h(571, i, 5), 1 + _h(572, i, 4), lower(_w(503, _h(573, i, 30))), 1 + _h(574, i, 12), 2 + _h(575, i, 30), 1 + _h(576, i, 4) FROM generate_series(1, 110) i;
INSERT INTO devices SELECT i, 1 + _h(577, i, 5), 1 + _h(578, i, 4), lower(_w(503, _h(579, i, 30))), 900 + i * 3, 1 + _h(580, i, 24), 1 + _h(581, i, 48) FROM generate_series(1, 350) i;
INSERT INTO contracts SELECT i, 1 + _h(582, i, 5), 1 + _h(583, i, 4), lower(_w(503, _h(584, i, 30))), 1 + _h(585, i, 900), 1 + _h(586, i, 8), 12 * (1 + _h(587, i, 4)) FROM generate_series(1, 260) i;
INSERT INTO invoices SELECT i, 1 + _h(588, i, 5), 1 + _h(589, i, 4), lower(_w(503, _h(590, i, 30))), i, 2018 + _h(591, i, 7), 10 + _h(592, i, 900) FROM generate_series(1, 700) i;
INSERT INTO payments SELECT i, 1 + _h(593, i, 5), 1 + _h(594, i, 4), lower(_w(503, _h(595, i, 30))), 10 + _h(596, i, 900), (ARRAY['EUR', 'USD', 'CNY'])[1 + _h(597, i, 3)], 1 + _h(598, i, 4) FROM generate_series(1, 650) i;
INSERT INTO assets SELECT i, 1 + _h(599, i, 5), 1 + _h(600, i, 4), lower(_w(503, _h(601, i, 30))), i, 1 + _h(602, i, 20), 1 + _h(603, i, 42) FROM generate_series(1, 330) i;
INSERT INTO vehicles SELECT i, 1 + _h(604, i, 5), 1 + _h(605, i, 4), lower(_w(503, _h(606, i, 30))), 1 + _h(607, i, 9), 2 + _h(608, i, 7), _h(609, i, 90000) FROM generate_series(1, 60) i;
INSERT INTO visits SELECT i, 1 + _h(610, i, 5), 1 + _h(611, i, 4), lower(_w(503, _h(612, i, 30))), 1 + _h(613, i, 500), 1 + _h(614, i, 3), 1 + _h(615, i, 31) FROM generate_series(1, 1400) i;
INSERT INTO polls SELECT i, 1 + _h(616, i, 5), 1 + _h(617, i, 4), lower(_w(503, _h(618, i, 30))), _w(619, i), 2 + _h(620, i, 5), i FROM generate_series(1, 40) i;
INSERT INTO news SELECT i, 1 + _h(621, i, 5), 1 + _h(622, i, 4), lower(_w(503, _h(623, i, 30))), _w(624, i), _h(625, i, 5000), 1 + _h(626, i, 10) FROM generate_series(1, 180) i;
INSERT INTO menus SELECT i, 1 + _h(627, i, 5), 1 + _h(628, i, 4), lower(_w(503, _h(629, i, 30))), _w(630, i), 1 + i % 5, 200 + _h(631, i, 900) FROM generate_series(1, 150) i;
INSERT INTO parcels SELECT i, 1 + _h(632, i, 5), 1 + _h(633, i, 4), lower(_w(503, _h(634, i, 30))), 1 + _h(635, i, 30), 1 + _h(636, i, 8), 1 + _h(637, i, 60) FROM generate_series(1, 500) i;
INSERT INTO keys SELECT i, 1 + _h(638, i, 5), 1 + _h(639, i, 4), lower(_w(503, _h(640, i, 30))), 1 + _h(641, i, 110), 1 + _h(642, i, 4) FROM generate_series(1, 140) i;
INSERT INTO courses SELECT i, 1 + _h(643, i, 5), 1 + _h(644, i, 4), lower(_w(503, _h(645, i, 30))), _w(646, i), 1 + _h(647, i, 12), 4 + _h(648, i, 40) FROM generate_series(1, 75) i;
INSERT INTO plants SELECT i, 1 + _h(649, i, 5), 1 + _h(650, i, 4), lower(_w(503, _h(651, i, 30))), 10 + _h(652, i, 200), 1 + _h(653, i, 25), 1 + _h(654, i, 7) FROM generate_series(1, 85) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
