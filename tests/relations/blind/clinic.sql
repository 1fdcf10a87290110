-- clinic: hospital: subtype tables, roles, polymorphic notes, audit columns
-- Own DDL and generated data (deterministic, no random()); foreign keys left out on purpose, truth in clinic.fks.tsv.
-- Load into an empty database: psql -v ON_ERROR_STOP=1 -q -f clinic.sql
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['bra','che','dor','fen','gal','hu','jor','kel','lin','mar','ne','os','pel','ro','sil','tan'])[1+_h(seed,i,16)] ||
   (ARRAY['ba','dri','go','lle','mi','no','sta','ve'])[1+_h(seed+1,i,8)] || (ARRAY['n','rd','s','x','la','to'])[1+_h(seed+2,i,6)]) $$;
CREATE TABLE persons (person_id int PRIMARY KEY, family_name text NOT NULL, given_name text NOT NULL, born_on date, sex char(1), city text);
CREATE TABLE staff (person_id int PRIMARY KEY, department_id int NOT NULL, hired_on date, supervisor_id int, pay_grade int NOT NULL);
CREATE TABLE doctors (person_id int PRIMARY KEY, speciality_id int NOT NULL, licence_no text NOT NULL UNIQUE);
CREATE TABLE nurses (person_id int PRIMARY KEY, ward_id int, night_shift boolean NOT NULL);
CREATE TABLE patients (person_id int PRIMARY KEY, family_doctor_id int, blood_type varchar(3), created_by int NOT NULL, updated_by int);
CREATE TABLE users (user_id int PRIMARY KEY, username text NOT NULL UNIQUE, staff_id int UNIQUE, failed_logins int NOT NULL);
CREATE TABLE departments (department_id int PRIMARY KEY, department_name text NOT NULL, head_id int);
CREATE TABLE specialities (speciality_id int PRIMARY KEY, speciality_name text NOT NULL UNIQUE);
CREATE TABLE wards (ward_id int PRIMARY KEY, ward_name text NOT NULL, department_id int NOT NULL, floor int NOT NULL);
CREATE TABLE beds (ward_id int NOT NULL, bed_no int NOT NULL, bed_kind varchar(10), PRIMARY KEY (ward_id, bed_no));
CREATE TABLE icd_codes (icd varchar(7) PRIMARY KEY, title text NOT NULL, chapter int NOT NULL);
CREATE TABLE admissions (admission_id int PRIMARY KEY, patient_id int NOT NULL, admitting_doctor_id int NOT NULL, attending_doctor_id int, ward_id int, bed_no int, previous_admission_id int, admitted_at timestamp NOT NULL, urgency int NOT NULL, created_by int NOT NULL, updated_by int);
CREATE TABLE admission_diagnoses (admission_id int NOT NULL, seq int NOT NULL, icd varchar(7) NOT NULL, certainty char(1) NOT NULL, PRIMARY KEY (admission_id, seq));
CREATE TABLE medications (medication_id int PRIMARY KEY, generic_name text NOT NULL, strength_mg int NOT NULL, atc varchar(5) NOT NULL);
CREATE TABLE interactions (medication_a int NOT NULL, medication_b int NOT NULL, severity int NOT NULL, PRIMARY KEY (medication_a, medication_b));
CREATE TABLE prescriptions (prescription_id int PRIMARY KEY, admission_id int NOT NULL, medication_id int NOT NULL, prescribed_by int NOT NULL, dose int NOT NULL, days int NOT NULL, created_by int NOT NULL, updated_by int);
CREATE TABLE doses_given (prescription_id int NOT NULL, dose_no int NOT NULL, nurse_id int NOT NULL, given_at timestamp NOT NULL, PRIMARY KEY (prescription_id, dose_no));
CREATE TABLE dose_incidents (incident_id int PRIMARY KEY, prescription_id int NOT NULL, dose_no int NOT NULL, reported_by int, level int NOT NULL);
CREATE TABLE rooms (room_no varchar(6) PRIMARY KEY, department_id int, seats int NOT NULL);
CREATE TABLE appointments (appointment_id int PRIMARY KEY, patient_id int NOT NULL, doctor_id int NOT NULL, room_no varchar(6), rescheduled_from int, starts_at timestamp NOT NULL, status_id int NOT NULL, created_by int NOT NULL, updated_by int);
CREATE TABLE insurers (insurer_id int PRIMARY KEY, insurer_name text NOT NULL);
CREATE TABLE policies (policy_no varchar(12) PRIMARY KEY, insurer_id int NOT NULL, insured_id int NOT NULL, holder_person_id int NOT NULL, tier int NOT NULL);
CREATE TABLE contacts (patient_id int NOT NULL, contact_person_id int NOT NULL, relation_code varchar(3) NOT NULL, PRIMARY KEY (patient_id, contact_person_id));
CREATE TABLE surgeries (surgery_id int PRIMARY KEY, admission_id int NOT NULL, surgeon_id int NOT NULL, assistant_id int, scrub_nurse_id int, room_no varchar(6), minutes int NOT NULL);
CREATE TABLE notes (note_id int PRIMARY KEY, entity_type varchar(12) NOT NULL, entity_id int NOT NULL, body text NOT NULL, created_by int NOT NULL, updated_by int);
INSERT INTO persons SELECT i, _w(5000,i), _w(5003,i), date '1935-01-01'+_h(5006,i,30000), (ARRAY['f','m'])[1+_h(5007,i,2)], _w(5008,i) FROM generate_series(1,1000) i;
INSERT INTO staff SELECT i, 1+_h(5011,i,14), date '2001-01-01'+_h(5012,i,8000), NULL, 1+_h(5013,i,12) FROM generate_series(1,1000) i WHERE _h(5014,i,100)<17;
INSERT INTO doctors SELECT person_id, 1+_h(5015,person_id,18), 'L'||(40000+person_id*13) FROM staff WHERE _h(5090,person_id,100)<35;
INSERT INTO nurses SELECT person_id, CASE WHEN _h(5016,person_id,7)>0 THEN 1+_h(5017,person_id,24) END, _h(5018,person_id,3)=0 FROM staff WHERE _h(5090,person_id,100)>=45;
UPDATE staff s SET supervisor_id = d.a[1+_h(5019,s.person_id,12)] FROM (SELECT array_agg(person_id ORDER BY person_id) a FROM staff WHERE _h(5020,person_id,3)=0) d WHERE _h(5021,s.person_id,10)>0 AND s.person_id<>d.a[1+_h(5022,s.person_id,12)];
INSERT INTO users SELECT i, 'login'||i, CASE WHEN i%9>0 THEN (SELECT person_id FROM staff ORDER BY md5('u'||person_id) OFFSET i LIMIT 1) END, _h(5023,i,5) FROM generate_series(1,110) i;
INSERT INTO patients SELECT i, CASE WHEN _h(5024,i,4)>0 THEN d.a[1+_h(5025,i,array_length(d.a,1))] END, (ARRAY['A+','A-','B+','B-','AB+','AB-','0+','0-'])[1+_h(5026,i,8)], 1+_h(5027,i,110), CASE WHEN _h(5028,i,3)=0 THEN 1+_h(5029,i,110) END FROM generate_series(1,1000) i, (SELECT array_agg(person_id ORDER BY person_id) a FROM doctors) d WHERE _h(5030,i,100)<65;
INSERT INTO departments SELECT i, 'Dept. of '||_w(5031,i), CASE WHEN i<>9 THEN d.a[1+_h(5034,i,array_length(d.a,1))] END FROM generate_series(1,14) i, (SELECT array_agg(person_id ORDER BY person_id) a FROM doctors) d;
INSERT INTO specialities SELECT i, 'Spec '||_w(5035,i)||' '||i FROM generate_series(1,18) i;
INSERT INTO wards SELECT i, 'Ward '||i, 1+_h(5038,i,14), _h(5039,i,7) FROM generate_series(1,24) i;
INSERT INTO beds SELECT w, k, (ARRAY['standard','icu','bariatric','child'])[1+_h(5040,w*20+k,4)] FROM generate_series(1,24) w, generate_series(1,16) k WHERE k<=5+_h(5041,w,12);
INSERT INTO icd_codes SELECT DISTINCT ON (1) chr(65+_h(5042,i,20))||lpad(_h(5043,i,99)::text,2,'0')||'.'||_h(5044,i,10), _w(5045,i)||' syndrome', 1+_h(5048,i,22) FROM generate_series(1,320) i ORDER BY 1, 2;
INSERT INTO admissions SELECT i, p.a[1+_h(5049,i,array_length(p.a,1))], d.a[1+_h(5050,i,array_length(d.a,1))], CASE WHEN _h(5051,i,6)>0 THEN d.a[1+_h(5052,i,array_length(d.a,1))] END, b.ward_id, b.bed_no, CASE WHEN i>30 AND _h(5053,i,7)=0 THEN 1+_h(5054,i,i-1) END, timestamp '2022-01-01'+i*interval '20 hours', 1+_h(5055,i,5), 1+_h(5056,i,110), CASE WHEN _h(5057,i,2)=0 THEN 1+_h(5058,i,110) END
 FROM generate_series(1,850) i CROSS JOIN (SELECT array_agg(person_id ORDER BY person_id) a FROM patients) p CROSS JOIN (SELECT array_agg(person_id ORDER BY person_id) a FROM doctors) d LEFT JOIN (SELECT *, row_number() OVER (ORDER BY ward_id, bed_no) n FROM beds) b ON b.n = 1+_h(5059,i,280) AND _h(5060,i,9)>0;
INSERT INTO admission_diagnoses SELECT n, k, c.a[1+_h(5061,n*10+k,array_length(c.a,1))], (ARRAY['S','C','E'])[1+_h(5062,n*10+k,3)] FROM generate_series(1,850) n, generate_series(1,3) k, (SELECT array_agg(icd ORDER BY icd) a FROM icd_codes) c WHERE k<=1+_h(5063,n,3);
INSERT INTO medications SELECT i, lower(_w(5064,i))||'ine', 5*(1+_h(5067,i,100)), chr(65+_h(5068,i,14))||lpad((1+_h(5069,i,16))::text,2,'0')||'A' FROM generate_series(1,190) i;
INSERT INTO interactions SELECT DISTINCT ON (a,b) a, b, s FROM (SELECT 1+_h(5070,i,95) a, 96+_h(5071,i,95) b, 1+_h(5072,i,4) s FROM generate_series(1,220) i) x ORDER BY a, b, s;
INSERT INTO prescriptions SELECT i, 1+_h(5073,i,850), 1+_h(5074,i,190), d.a[1+_h(5075,i,array_length(d.a,1))], 1+_h(5076,i,4), 1+_h(5077,i,14), 1+_h(5078,i,110), CASE WHEN _h(5079,i,4)=0 THEN 1+_h(5080,i,110) END FROM generate_series(1,1100) i, (SELECT array_agg(person_id ORDER BY person_id) a FROM doctors) d;
INSERT INTO doses_given SELECT p, k, d.a[1+_h(5081,p*10+k,array_length(d.a,1))], timestamp '2022-02-01'+(p*10+k)*interval '1 hour' FROM generate_series(1,1100) p, generate_series(1,4) k, (SELECT array_agg(person_id ORDER BY person_id) a FROM nurses) d WHERE k<=_h(5082,p,5);
INSERT INTO dose_incidents SELECT row_number() OVER (ORDER BY prescription_id, dose_no), prescription_id, dose_no, CASE WHEN _h(5083,prescription_id,6)>0 THEN s.a[1+_h(5084,prescription_id*10+dose_no,array_length(s.a,1))] END, 1+_h(5085,prescription_id*10+dose_no,4) FROM doses_given, (SELECT array_agg(person_id ORDER BY person_id) a FROM staff) s WHERE _h(5086,prescription_id*10+dose_no,100)<12;
INSERT INTO rooms SELECT chr(65+i%4)||'-'||lpad(i::text,3,'0'), CASE WHEN i%8>0 THEN 1+_h(5087,i,14) END, 1+_h(5088,i,6) FROM generate_series(1,55) i;
INSERT INTO appointments SELECT i, p.a[1+_h(5089,i,array_length(p.a,1))], d.a[1+_h(5090,i,array_length(d.a,1))], CASE WHEN _h(5091,i,10)>0 THEN r.a[1+_h(5092,i,55)] END, CASE WHEN i>40 AND _h(5093,i,9)=0 THEN 1+_h(5094,i,i-1) END, timestamp '2023-01-02 08:00'+i*interval '45 minutes', 1+_h(5095,i,6), 1+_h(5096,i,110), CASE WHEN _h(5097,i,3)=0 THEN 1+_h(5098,i,110) END FROM generate_series(1,1300) i, (SELECT array_agg(person_id ORDER BY person_id) a FROM patients) p, (SELECT array_agg(person_id ORDER BY person_id) a FROM doctors) d, (SELECT array_agg(room_no ORDER BY room_no) a FROM rooms) r;
INSERT INTO insurers SELECT i, _w(5099,i)||' Mutual' FROM generate_series(1,15) i;
INSERT INTO policies SELECT 'P'||(100000+i*17), 1+_h(5102,i,15), p.a[1+_h(5103,i,array_length(p.a,1))], 1+_h(5104,i,1000), 1+_h(5105,i,3) FROM generate_series(1,600) i, (SELECT array_agg(person_id ORDER BY person_id) a FROM patients) p;
INSERT INTO contacts SELECT DISTINCT ON (a,b) a, b, c FROM (SELECT p.a[1+_h(5106,i,array_length(p.a,1))] a, 1+_h(5107,i,1000) b, (ARRAY['SPO','PAR','CHI','FRI'])[1+_h(5108,i,4)] c FROM generate_series(1,500) i, (SELECT array_agg(person_id ORDER BY person_id) a FROM patients) p) x ORDER BY a, b, c;
INSERT INTO surgeries SELECT i, 1+_h(5109,i,850), d.a[1+_h(5110,i,array_length(d.a,1))], CASE WHEN _h(5111,i,3)>0 THEN d.a[1+_h(5112,i,array_length(d.a,1))] END, CASE WHEN _h(5113,i,8)>0 THEN n.a[1+_h(5114,i,array_length(n.a,1))] END, r.a[1+_h(5115,i,20)], 15+_h(5116,i,300) FROM generate_series(1,240) i, (SELECT array_agg(person_id ORDER BY person_id) a FROM doctors) d, (SELECT array_agg(person_id ORDER BY person_id) a FROM nurses) n, (SELECT array_agg(room_no ORDER BY room_no) a FROM rooms) r;
INSERT INTO notes SELECT i, t, CASE t WHEN 'patient' THEN p.a[1+_h(5117,i,array_length(p.a,1))] WHEN 'admission' THEN 1+_h(5118,i,850) ELSE 1+_h(5119,i,1300) END, _w(5120,i)||' noted', 1+_h(5123,i,110), CASE WHEN _h(5124,i,5)=0 THEN 1+_h(5125,i,110) END FROM (SELECT i, (ARRAY['patient','admission','appointment'])[1+_h(5126,i,3)] t FROM generate_series(1,700) i) x, (SELECT array_agg(person_id ORDER BY person_id) a FROM patients) p;
DROP FUNCTION _w(int, bigint); DROP FUNCTION _h(int, bigint, int);
ANALYZE;
