-- campus_ops: facility management, adversarial: dense ids of similar size, many numbers that merely fit
-- Own DDL and generated data (deterministic, no random()); foreign keys left out on purpose, truth in campus_ops.fks.tsv.
-- Load into an empty database: psql -v ON_ERROR_STOP=1 -q -f campus_ops.sql
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['bra','che','dor','fen','gal','hu','jor','kel','lin','mar','ne','os','pel','ro','sil','tan'])[1+_h(seed,i,16)] ||
   (ARRAY['ba','dri','go','lle','mi','no','sta','ve'])[1+_h(seed+1,i,8)] || (ARRAY['n','rd','s','x','la','to'])[1+_h(seed+2,i,6)]) $$;
CREATE TABLE building (id int PRIMARY KEY, name text NOT NULL, floors int NOT NULL, built_year int NOT NULL, zone int NOT NULL);
CREATE TABLE room (id int PRIMARY KEY, building_id int NOT NULL, floor int NOT NULL, seats int NOT NULL, type_id int NOT NULL, sort_order int NOT NULL);
CREATE TABLE person (id int PRIMARY KEY, full_name text NOT NULL, grade int NOT NULL, age int NOT NULL, status_id int NOT NULL, floor int);
CREATE TABLE sensor_model (id int PRIMARY KEY, model_name text NOT NULL, version int NOT NULL, channels int NOT NULL, type_code int NOT NULL);
CREATE TABLE sensor (id int PRIMARY KEY, room_id int, model_id int NOT NULL, priority int NOT NULL, firmware int NOT NULL, status_id int NOT NULL);
CREATE TABLE measurement (id int PRIMARY KEY, sensor_id int NOT NULL, slot int NOT NULL, qty int NOT NULL, quality int NOT NULL);
CREATE TABLE policy (id int PRIMARY KEY, title text NOT NULL, version int NOT NULL, year int NOT NULL, superseded_by int, priority int NOT NULL);
CREATE TABLE rule (id int PRIMARY KEY, policy_id int NOT NULL, seq int NOT NULL, weight int NOT NULL, threshold int, action_code int NOT NULL);
CREATE TABLE locker (id int PRIMARY KEY, locker_no int NOT NULL, room_id int NOT NULL, size int NOT NULL, pin_length int NOT NULL);
CREATE TABLE parking_slot (id int PRIMARY KEY, level int NOT NULL, row_no int NOT NULL, slot_no int NOT NULL, assigned_to int);
CREATE TABLE badge (id int PRIMARY KEY, holder_id int NOT NULL, print_count int NOT NULL, version int NOT NULL, type_id int NOT NULL);
CREATE TABLE job_queue (id int PRIMARY KEY, job_type int NOT NULL, priority int NOT NULL, attempts int NOT NULL, worker int, progress int NOT NULL);
CREATE TABLE software_release (id int PRIMARY KEY, major int NOT NULL, minor int NOT NULL, build int NOT NULL, year int NOT NULL, approved_by int);
CREATE TABLE menu_entry (id int PRIMARY KEY, label text NOT NULL, sort_order int NOT NULL, depth int NOT NULL, icon_id int NOT NULL);
CREATE TABLE counter (id int PRIMARY KEY, name text NOT NULL UNIQUE, current_value int NOT NULL, step int NOT NULL, max_value int NOT NULL);
CREATE TABLE tariff (id int PRIMARY KEY, year int NOT NULL, month int NOT NULL, min_qty int NOT NULL, max_qty int NOT NULL, price int NOT NULL);
CREATE TABLE survey_result (id int PRIMARY KEY, question_no int NOT NULL, score int NOT NULL, age_group int NOT NULL, answers int NOT NULL);
CREATE TABLE work_order (id int PRIMARY KEY, room_id int NOT NULL, requested_by int NOT NULL, priority int NOT NULL, hours int NOT NULL, status_id int NOT NULL, category_code int NOT NULL);
INSERT INTO building SELECT i, 'House '||_w(6000,i), 1+_h(6003,i,9), 1950+_h(6004,i,70), 1+_h(6005,i,6) FROM generate_series(1,90) i;
INSERT INTO room SELECT i, 1+_h(6006,i,90), _h(6007,i,9), 1+_h(6008,i,40), 1+_h(6009,i,7), i FROM generate_series(1,130) i;
INSERT INTO person SELECT i, _w(6010,i)||' '||_w(6013,i), 1+_h(6016,i,12), 18+_h(6017,i,48), 1+_h(6018,i,5), CASE WHEN _h(6019,i,5)>0 THEN 1+_h(6020,i,8) END FROM generate_series(1,120) i;
INSERT INTO sensor_model SELECT i, 'M-'||_w(6021,i), 1+_h(6024,i,20), 1+_h(6025,i,16), 1+_h(6026,i,9) FROM generate_series(1,80) i;
INSERT INTO sensor SELECT i, CASE WHEN _h(6027,i,12)>0 THEN 1+_h(6028,i,130) END, 1+_h(6029,i,80), 1+_h(6030,i,5), 1+_h(6031,i,60), 1+_h(6032,i,5) FROM generate_series(1,140) i;
INSERT INTO measurement SELECT i, 1+_h(6033,i,140), 1+_h(6034,i,96), _h(6035,i,140), 1+_h(6036,i,100) FROM generate_series(1,600) i;
INSERT INTO policy SELECT i, _w(6037,i)||' policy', 1+_h(6040,i,15), 2010+_h(6041,i,14), CASE WHEN i<100 AND _h(6042,i,3)=0 THEN i+1+_h(6043,i,100-i) END, 1+_h(6044,i,10) FROM generate_series(1,100) i;
INSERT INTO rule SELECT i, 1+_h(6045,i,100), 1+_h(6046,i,12), 1+_h(6047,i,100), CASE WHEN _h(6048,i,4)>0 THEN 1+_h(6049,i,80) END, 1+_h(6050,i,30) FROM generate_series(1,150) i;
INSERT INTO locker SELECT i, 1+(i*7)%110, 1+_h(6051,i,130), 1+_h(6052,i,3), 4+_h(6053,i,3) FROM generate_series(1,110) i;
INSERT INTO parking_slot SELECT i, 1+_h(6054,i,4), 1+_h(6055,i,10), 1+_h(6056,i,95), CASE WHEN _h(6057,i,3)>0 THEN 1+_h(6058,i,120) END FROM generate_series(1,95) i;
INSERT INTO badge SELECT i, 1+_h(6059,i,120), 1+_h(6060,i,6), 1+_h(6061,i,9), 1+_h(6062,i,4) FROM generate_series(1,135) i;
INSERT INTO job_queue SELECT i, 1+_h(6063,i,25), 1+_h(6064,i,90), 1+_h(6065,i,10), CASE WHEN _h(6066,i,6)>0 THEN 1+_h(6067,i,32) END, _h(6068,i,101) FROM generate_series(1,125) i;
INSERT INTO software_release SELECT i, 1+i/20, i%20, 1+_h(6069,i,130), 2014+i/10, CASE WHEN _h(6070,i,5)>0 THEN 1+_h(6071,i,120) END FROM generate_series(1,85) i;
INSERT INTO menu_entry SELECT i, _w(6072,i), 1+(i*11)%105, 1+_h(6075,i,4), 1+_h(6076,i,75) FROM generate_series(1,105) i;
INSERT INTO counter SELECT i, 'cnt_'||lower(_w(6077,i))||i, 1+_h(6080,i,80), 1+_h(6081,i,5), 80+_h(6082,i,20) FROM generate_series(1,88) i;
INSERT INTO tariff SELECT i, 2015+_h(6083,i,10), 1+_h(6084,i,12), 1+_h(6085,i,40), 41+_h(6086,i,40), 1+_h(6087,i,120) FROM generate_series(1,115) i;
INSERT INTO survey_result SELECT i, 1+_h(6088,i,40), 1+_h(6089,i,10), 1+_h(6090,i,7), 1+_h(6091,i,100) FROM generate_series(1,128) i;
INSERT INTO work_order SELECT i, 1+_h(6092,i,130), 1+_h(6093,i,120), 1+_h(6094,i,5), 1+_h(6095,i,40), 1+_h(6096,i,6), 1+_h(6097,i,18) FROM generate_series(1,320) i;
DROP FUNCTION _w(int, bigint); DROP FUNCTION _h(int, bigint, int);
ANALYZE;
