-- university: Hungarian prefixes in quoted CamelCase: tblStudent, idStudent, fkProgram.
-- Own definition and generated data; no foreign keys: the truth is in university.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE "tblFaculty" ("idFaculty" serial PRIMARY KEY, "strName" text NOT NULL, "fkDean" int);
CREATE TABLE "tblLecturer" ("idLecturer" serial PRIMARY KEY, "strLastName" text, "strFirstName" text, "fkFaculty" int NOT NULL, "strRank" varchar(12), "intOfficeNo" int);
CREATE TABLE "tblProgram" ("idProgram" serial PRIMARY KEY, "strTitle" text, "fkFaculty" int NOT NULL, "intSemesters" int, "strDegree" char(3));
CREATE TABLE "tblStudent" ("idStudent" int PRIMARY KEY, "strLastName" text, "strFirstName" text, "datBirth" date, "fkProgram" int NOT NULL, "fkTutor" int, "intYear" int);
CREATE TABLE "tblCourse" ("idCourse" serial PRIMARY KEY, "strCode" varchar(8) NOT NULL UNIQUE, "strTitle" text, "fkProgram" int, "fkPrerequisite" int, "intCredits" int);
CREATE TABLE "tblTerm" ("strTerm" char(5) PRIMARY KEY, "datFrom" date, "datTo" date);
CREATE TABLE "tblBuilding" ("idBuilding" serial PRIMARY KEY, "strName" text, "intFloors" int);
CREATE TABLE "tblRoom" ("fkBuilding" int NOT NULL, "intRoomNo" int NOT NULL, "intSeats" int, PRIMARY KEY ("fkBuilding", "intRoomNo"));
CREATE TABLE "tblOffering" ("idOffering" serial PRIMARY KEY, "fkCourse" int NOT NULL, "strTerm" char(5) NOT NULL, "fkLecturer" int, "intGroup" int, "intMaxSeats" int);
CREATE TABLE "tblSlot" ("idSlot" serial PRIMARY KEY, "fkOffering" int NOT NULL, "fkBuilding" int, "intRoomNo" int, "intWeekday" int, "intHour" int);
CREATE TABLE "tblEnrolment" ("fkStudent" int NOT NULL, "fkOffering" int NOT NULL, "datEnrolled" date, "intAttempt" int, PRIMARY KEY ("fkStudent", "fkOffering"));
CREATE TABLE "tblExam" ("idExam" serial PRIMARY KEY, "fkOffering" int NOT NULL, "datExam" date, "fkExaminer" int, "intPoints" int);
CREATE TABLE "tblGrade" ("fkExam" int NOT NULL, "fkStudent" int NOT NULL, "decGrade" numeric(2,1), "intPoints" int, PRIMARY KEY ("fkExam", "fkStudent"));
CREATE TABLE "tblThesis" ("fkStudent" int PRIMARY KEY, "strTitle" text, "fkSupervisor" int NOT NULL, "fkSecondReader" int, "intPages" int);
CREATE TABLE "tblNote" ("idNote" serial PRIMARY KEY, "strObject" text, "intObjectId" int, "memText" text);
CREATE TABLE "tblCounter" ("strName" text PRIMARY KEY, "intNext" int, "intStep" int);
INSERT INTO "tblFaculty" SELECT i, _w(1101, i), 1 + _h(1102, i, 95) FROM generate_series(1, 7) i;
INSERT INTO "tblLecturer" SELECT i, _w(1103, i), _w(1104, i), 1 + _h(1105, i, 7), (ARRAY['prof', 'docent', 'assistant'])[1 + _h(1106, i, 3)], 100 + _h(1107, i, 300) FROM generate_series(1, 95) i;
INSERT INTO "tblProgram" SELECT i, _w(1108, i), 1 + _h(1109, i, 7), 4 + 2 * _h(1110, i, 3), (ARRAY['BSc', 'MSc', 'BA '])[1 + _h(1111, i, 3)] FROM generate_series(1, 24) i;
INSERT INTO "tblStudent" SELECT 2023000 + i * 3, _w(1112, i), _w(1113, i), date '1998-01-01' + _h(1114, i, 2500), 1 + _h(1115, i, 24), CASE WHEN _h(1116, i, 3) > 0 THEN 1 + _h(1117, i, 95) END, 1 + _h(1118, i, 5) FROM generate_series(1, 900) i;
INSERT INTO "tblCourse" SELECT i, upper(substr(_w(1119, i), 1, 3)) || 100 + i, _w(1120, i), CASE WHEN _h(1121, i, 7) > 0 THEN 1 + _h(1122, i, 24) END, CASE WHEN i > 40 AND _h(1123, i, 3) > 0 THEN 1 + _h(1124, i, i - 1) END, 3 + _h(1125, i, 4) FROM generate_series(1, 180) i;
INSERT INTO "tblTerm" SELECT y || s, _d(1126, 1), _d(1127, 1) + 600 FROM generate_series(2020, 2024) y, unnest(ARRAY['S', 'W']) s;
INSERT INTO "tblBuilding" SELECT i, _w(1128, i), 1 + _h(1129, i, 8) FROM generate_series(1, 11) i;
INSERT INTO "tblRoom" SELECT b, n, 20 + _h(1130, b * 40 + n, 200) FROM generate_series(1, 11) b, generate_series(1, 25) n WHERE n <= 6 + _h(1131, b, 20);
INSERT INTO "tblOffering" SELECT i, 1 + _h(1132, i, 180), (2020 + _h(1133, i, 5)) || (ARRAY['S', 'W'])[1 + _h(1134, i, 2)], CASE WHEN _h(1135, i, 20) > 0 THEN 1 + _h(1136, i, 95) END, 1 + _h(1137, i, 3), 20 + _h(1138, i, 100) FROM generate_series(1, 620) i;
INSERT INTO "tblSlot" SELECT i, 1 + _h(1139, i, 620), CASE WHEN _h(1140, i, 11) > 0 THEN r."fkBuilding" END, CASE WHEN _h(1140, i, 11) > 0 THEN r."intRoomNo" END, 1 + _h(1141, i, 5), 8 + _h(1142, i, 10) FROM generate_series(1, 1000) i JOIN (SELECT row_number() OVER (ORDER BY "fkBuilding", "intRoomNo") - 1 AS n, count(*) OVER () AS c, * FROM "tblRoom") r ON r.n = _h(1143, i, 90);
INSERT INTO "tblEnrolment" SELECT DISTINCT ON (1, 2) 2023000 + (1 + _h(1144, i, 900)) * 3, 1 + _h(1145, i, 620), _d(1146, i), 1 + _h(1147, i, 3) FROM generate_series(1, 2000) i;
INSERT INTO "tblExam" SELECT i, 1 + _h(1148, i, 620), _d(1149, i), CASE WHEN _h(1150, i, 9) > 0 THEN 1 + _h(1151, i, 95) END, 60 + 10 * _h(1152, i, 5) FROM generate_series(1, 500) i;
INSERT INTO "tblGrade" SELECT DISTINCT ON (1, 2) 1 + _h(1153, i, 500), 2023000 + (1 + _h(1154, i, 900)) * 3, 1 + _h(1155, i, 41) / 10.0, _h(1156, i, 100) FROM generate_series(1, 1800) i;
INSERT INTO "tblThesis" SELECT 2023000 + i * 3, _w(1157, i), 1 + _h(1158, i, 95), CASE WHEN _h(1159, i, 4) > 0 THEN 1 + _h(1160, i, 95) END, 30 + _h(1161, i, 90) FROM generate_series(1, 900) i WHERE _h(1162, i, 4) = 0;
INSERT INTO "tblNote" SELECT i, (ARRAY['student', 'course', 'room'])[1 + _h(1163, i, 3)], 1 + _h(1164, i, 170), _w(1165, i) FROM generate_series(1, 300) i;
INSERT INTO "tblCounter" SELECT 'counter' || i, 1 + _h(1166, i, 90), 1 FROM generate_series(1, 25) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
