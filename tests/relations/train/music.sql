-- music: a shop for sound files, in the style of Chinook: quoted CamelCase, ReportsTo, SupportRepId.
-- Own definition and generated data; no foreign keys: the truth is in music.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE "Artist" ("ArtistId" int PRIMARY KEY, "Name" varchar(120));
CREATE TABLE "Album" ("AlbumId" int PRIMARY KEY, "Title" varchar(160) NOT NULL, "ArtistId" int NOT NULL);
CREATE TABLE "Employee" ("EmployeeId" int PRIMARY KEY, "LastName" varchar(20) NOT NULL, "FirstName" varchar(20) NOT NULL, "Title" varchar(30), "ReportsTo" int, "BirthDate" timestamp, "HireDate" timestamp, "City" varchar(40), "Country" varchar(40), "PostalCode" varchar(10), "Phone" varchar(24), "Email" varchar(60));
CREATE TABLE "Customer" ("CustomerId" int PRIMARY KEY, "FirstName" varchar(40) NOT NULL, "LastName" varchar(20) NOT NULL, "Company" varchar(80), "City" varchar(40), "State" varchar(40), "Country" varchar(40), "PostalCode" varchar(10), "Email" varchar(60) NOT NULL, "SupportRepId" int);
CREATE TABLE "Genre" ("GenreId" int PRIMARY KEY, "Name" varchar(120));
CREATE TABLE "MediaType" ("MediaTypeId" int PRIMARY KEY, "Name" varchar(120));
CREATE TABLE "Track" ("TrackId" int PRIMARY KEY, "Name" varchar(200) NOT NULL, "AlbumId" int, "MediaTypeId" int NOT NULL, "GenreId" int, "Composer" varchar(220), "Milliseconds" int NOT NULL, "Bytes" int, "UnitPrice" numeric(10,2) NOT NULL);
CREATE TABLE "Playlist" ("PlaylistId" int PRIMARY KEY, "Name" varchar(120));
CREATE TABLE "PlaylistTrack" ("PlaylistId" int NOT NULL, "TrackId" int NOT NULL, PRIMARY KEY ("PlaylistId", "TrackId"));
CREATE TABLE "Invoice" ("InvoiceId" int PRIMARY KEY, "CustomerId" int NOT NULL, "InvoiceDate" timestamp NOT NULL, "BillingCity" varchar(40), "BillingState" varchar(40), "BillingCountry" varchar(40), "BillingPostalCode" varchar(10), "Total" numeric(10,2) NOT NULL);
CREATE TABLE "InvoiceLine" ("InvoiceLineId" int PRIMARY KEY, "InvoiceId" int NOT NULL, "TrackId" int NOT NULL, "UnitPrice" numeric(10,2) NOT NULL, "Quantity" int NOT NULL);
INSERT INTO "Artist" SELECT i, _w(301, i) || ' ' || _w(302, i) FROM generate_series(1, 275) i;
INSERT INTO "Album" SELECT i, 'The ' || _w(303, i), 1 + _h(304, i, 204) FROM generate_series(1, 347) i;
INSERT INTO "Employee" SELECT i, _w(305, i), _w(306, i), (ARRAY['General Manager', 'Sales Manager', 'Agent', 'Agent', 'Agent', 'IT Manager', 'IT Staff', 'IT Staff'])[i], (ARRAY[NULL, 1, 2, 2, 2, 1, 6, 6])[i], timestamp '1960-03-01' + i * interval '500 days', timestamp '2003-03-01' + i * interval '90 days', _w(307, i % 3), 'Canada', 'T' || i || ' 2Z', '+1 (403) 555-0' || 100 + i, 'e' || i || '@example.org' FROM generate_series(1, 8) i;
INSERT INTO "Customer" SELECT i, _w(308, i), _w(309, i), CASE WHEN _h(310, i, 5) = 0 THEN _w(311, i) || ' Inc.' END, _w(312, _h(313, i, 30)), CASE WHEN _h(314, i, 2) = 0 THEN 'S' || _h(315, i, 20) END, _w(316, _h(317, i, 24)), (10000 + _h(318, i, 80000))::text, 'k' || i || '@example.org', 3 + _h(319, i, 3) FROM generate_series(1, 59) i;
INSERT INTO "Genre" SELECT i, _w(320, i) FROM generate_series(1, 25) i;
INSERT INTO "MediaType" SELECT i, (ARRAY['MPEG audio', 'Protected AAC', 'Protected video', 'Purchased AAC', 'AAC audio'])[i] FROM generate_series(1, 5) i;
INSERT INTO "Track" SELECT i, _w(321, i) || ' ' || lower(_w(322, i)), CASE WHEN _h(323, i, 60) > 0 THEN 1 + i * 347 / 2101 END, 1 + _h(324, i, 5), 1 + _h(325, i, 25), CASE WHEN _h(326, i, 3) > 0 THEN _w(327, i) END, 90000 + _h(328, i, 300000), 900000 + _h(329, i, 9000000), 0.99 + _h(330, i, 12) / 11 FROM generate_series(1, 2100) i;
INSERT INTO "Playlist" SELECT i, _w(331, _h(332, i, 12)) FROM generate_series(1, 18) i;
INSERT INTO "PlaylistTrack" SELECT DISTINCT 1 + _h(333, i, 18), 1 + _h(334, i, 2100) FROM generate_series(1, 2000) i;
INSERT INTO "Invoice" SELECT i, 1 + _h(335, i, 59), timestamp '2021-01-01' + i * interval '4 days', _w(312, _h(336, i, 30)), NULL, _w(316, _h(337, i, 24)), (10000 + _h(338, i, 80000))::text, 0.99 * (1 + _h(339, i, 14)) FROM generate_series(1, 412) i;
INSERT INTO "InvoiceLine" SELECT i, 1 + i * 412 / 1801, 1 + _h(340, i, 2100), 0.99 + _h(341, i, 12) / 11, 1 FROM generate_series(1, 1800) i;
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
