-- StreamHub: music streaming service, quoted CamelCase
-- Own DDL and generated data (deterministic, no random()); foreign keys left out on purpose, truth in streamhub.fks.tsv.
-- Load into an empty database: psql -v ON_ERROR_STOP=1 -q -f streamhub.sql
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['bra','che','dor','fen','gal','hu','jor','kel','lin','mar','ne','os','pel','ro','sil','tan'])[1+_h(seed,i,16)] ||
   (ARRAY['ba','dri','go','lle','mi','no','sta','ve'])[1+_h(seed+1,i,8)] || (ARRAY['n','rd','s','x','la','to'])[1+_h(seed+2,i,6)]) $$;
CREATE TABLE "Country" ("Code" char(2) PRIMARY KEY, "Name" text NOT NULL);
CREATE TABLE "Plan" ("Id" int PRIMARY KEY, "Title" text NOT NULL, "MonthlyPrice" numeric(6,2) NOT NULL, "MaxDevices" int NOT NULL);
CREATE TABLE "User" ("Id" int PRIMARY KEY, "Login" text NOT NULL UNIQUE, "HomeCountry" char(2), "InvitedByUserId" int, "BirthYear" int, "Reputation" int NOT NULL, "CreatedAt" timestamp NOT NULL);
CREATE TABLE "UserProfile" ("UserId" int PRIMARY KEY, "DisplayName" text, "Bio" text, "FavoriteGenreId" int, "ThemeId" int NOT NULL);
CREATE TABLE "Subscription" ("Id" int PRIMARY KEY, "SubscriberId" int NOT NULL, "PlanId" int NOT NULL, "PayerUserId" int, "StartedOn" date NOT NULL, "StatusId" int NOT NULL);
CREATE TABLE "Device" ("Id" int PRIMARY KEY, "OwnerUserId" int NOT NULL, "Platform" text NOT NULL, "OsVersion" int NOT NULL);
CREATE TABLE "Label" ("Id" int PRIMARY KEY, "Name" text NOT NULL, "ParentLabelId" int, "CountryCode" char(2));
CREATE TABLE "Genre" ("Id" int PRIMARY KEY, "Name" text NOT NULL UNIQUE, "ParentId" int);
CREATE TABLE "Artist" ("Id" int PRIMARY KEY, "StageName" text NOT NULL, "CountryCode" char(2), "FormedYear" int, "PageEditorId" int);
CREATE TABLE "Album" ("Id" int PRIMARY KEY, "Title" text NOT NULL, "ArtistId" int NOT NULL, "LabelId" int, "ReissueOfAlbumId" int, "ReleaseYear" int NOT NULL, "DiscCount" int NOT NULL);
CREATE TABLE "Track" ("Id" int PRIMARY KEY, "AlbumId" int NOT NULL, "DiscNumber" int NOT NULL, "TrackNumber" int NOT NULL, "Title" text NOT NULL, "GenreId" int, "DurationSec" int NOT NULL, UNIQUE ("AlbumId","DiscNumber","TrackNumber"));
CREATE TABLE "CreditRole" ("Code" varchar(12) PRIMARY KEY, "Label" text NOT NULL);
CREATE TABLE "TrackCredit" ("TrackId" int NOT NULL, "ArtistId" int NOT NULL, "RoleCode" varchar(12) NOT NULL, "SharePct" int NOT NULL, PRIMARY KEY ("TrackId","ArtistId","RoleCode"));
CREATE TABLE "Playlist" ("Id" int PRIMARY KEY, "Name" text NOT NULL, "OwnerUserId" int NOT NULL, "LastEditorUserId" int, "ParentPlaylistId" int, "VisibilityTypeId" int NOT NULL, "Version" int NOT NULL);
CREATE TABLE "PlaylistTrack" ("PlaylistId" int NOT NULL, "Position" int NOT NULL, "TrackId" int NOT NULL, "AddedBy" int, PRIMARY KEY ("PlaylistId","Position"));
CREATE TABLE "PlaylistReaction" ("Id" int PRIMARY KEY, "PlaylistId" int NOT NULL, "Position" int NOT NULL, "UserId" int NOT NULL, "ReactionTypeId" int NOT NULL);
CREATE TABLE "PlayEvent" ("Id" bigint PRIMARY KEY, "UserId" int NOT NULL, "TrackId" int NOT NULL, "DeviceId" int, "PlayedAt" timestamp NOT NULL, "MsPlayed" int NOT NULL);
CREATE TABLE "Review" ("Id" int PRIMARY KEY, "AlbumId" int NOT NULL, "AuthorId" int NOT NULL, "ModeratorId" int, "Stars" int NOT NULL, "Body" text);
CREATE TABLE "ReviewVote" ("ReviewId" int NOT NULL, "VoterId" int NOT NULL, "VoteTypeId" int NOT NULL, PRIMARY KEY ("ReviewId","VoterId"));
CREATE TABLE "Follow" ("FollowerId" int NOT NULL, "FolloweeId" int NOT NULL, "Since" date, PRIMARY KEY ("FollowerId","FolloweeId"));
CREATE TABLE "AppSetting" ("Key" text PRIMARY KEY, "IntValue" int, "Revision" int NOT NULL);
CREATE INDEX ON "PlayEvent" ("UserId"); CREATE INDEX ON "Track" ("GenreId");
INSERT INTO "Country" SELECT c, 'Land '||c FROM unnest(ARRAY['SE','NO','DK','FI','DE','FR','GB','IE','US','CA','BR','JP','KR','NG','ZA']) c;
INSERT INTO "Plan" SELECT i, (ARRAY['Free','Single','Duo','Family','Student'])[i], (i-1)*3.99, i FROM generate_series(1,5) i;
INSERT INTO "User" SELECT i, lower(_w(2000,i))||i, CASE WHEN _h(2003,i,10)>0 THEN (SELECT "Code" FROM "Country" ORDER BY 1 OFFSET _h(2004,i,15) LIMIT 1) END, CASE WHEN i>5 AND _h(2005,i,4)=0 THEN 1+_h(2006,i,i-1) END, 1950+_h(2007,i,60), _h(2008,i,2500), timestamp '2018-01-01'+i*interval '31 hours' FROM generate_series(1,650) i;
INSERT INTO "UserProfile" SELECT i, _w(2009,i), CASE WHEN _h(2012,i,3)=0 THEN _w(2013,i)||' fan' END, CASE WHEN _h(2016,i,3)>0 THEN 1+_h(2017,i,28) END, 1+_h(2018,i,6) FROM generate_series(1,650) i WHERE _h(2019,i,10)<8;
INSERT INTO "Subscription" SELECT i, 1+_h(2020,i,650), 1+_h(2021,i,5), CASE WHEN _h(2022,i,5)=0 THEN 1+_h(2023,i,650) END, date '2019-01-01'+_h(2024,i,1500), 1+_h(2025,i,4) FROM generate_series(1,520) i;
INSERT INTO "Device" SELECT i, 1+_h(2026,i,640), (ARRAY['ios','android','web','tv'])[1+_h(2027,i,4)], 9+_h(2028,i,8) FROM generate_series(1,900) i;
INSERT INTO "Label" SELECT i, _w(2029,i)||' Records', CASE WHEN i>6 AND _h(2032,i,2)=0 THEN 1+_h(2033,i,6) END, (SELECT "Code" FROM "Country" ORDER BY 1 OFFSET _h(2034,i,11) LIMIT 1) FROM generate_series(1,40) i;
INSERT INTO "Genre" SELECT i, 'Genre '||_w(2035,i)||i, CASE WHEN i>6 THEN 1+_h(2038,i,6) END FROM generate_series(1,28) i;
INSERT INTO "Artist" SELECT i, _w(2039,i)||' '||_w(2042,i), CASE WHEN _h(2045,i,8)>0 THEN (SELECT "Code" FROM "Country" ORDER BY 1 OFFSET _h(2046,i,15) LIMIT 1) END, 1960+_h(2047,i,60), CASE WHEN _h(2048,i,2)=0 THEN 1+_h(2049,i,650) END FROM generate_series(1,160) i;
INSERT INTO "Album" SELECT i, _w(2050,i)||' '||_w(2053,i), 1+_h(2056,i,160), CASE WHEN _h(2057,i,7)>0 THEN 1+_h(2058,i,40) END, CASE WHEN i>20 AND _h(2059,i,11)=0 THEN 1+_h(2060,i,i-1) END, 1970+_h(2061,i,54), 1+_h(2062,i,2) FROM generate_series(1,330) i;
INSERT INTO "Track" SELECT row_number() OVER (ORDER BY a,k), a, 1, k, _w(2063,a*20+k), CASE WHEN _h(2066,a*20+k,9)>0 THEN 1+_h(2067,a*20+k,28) END, 90+_h(2068,a*20+k,300) FROM generate_series(1,330) a, generate_series(1,9) k WHERE k<=3+_h(2069,a,7);
INSERT INTO "CreditRole" VALUES ('MAIN','Main artist'),('FEAT','Featured'),('WRITER','Writer'),('PROD','Producer'),('MIX','Mixing'),('MASTER','Mastering');
INSERT INTO "TrackCredit" SELECT DISTINCT 1+_h(2070,i,1900), 1+_h(2071,i,160), (ARRAY['MAIN','FEAT','WRITER','PROD','MIX'])[1+_h(2072,i,5)], 10*(1+_h(2073,i,10)) FROM generate_series(1,1400) i ORDER BY 1,2,3,4 ON CONFLICT DO NOTHING;
INSERT INTO "Playlist" SELECT i, _w(2074,i)||' mix', 1+_h(2077,i,650), CASE WHEN _h(2078,i,3)=0 THEN 1+_h(2079,i,650) END, CASE WHEN i>10 AND _h(2080,i,5)=0 THEN 1+_h(2081,i,i-1) END, 1+_h(2082,i,3), 1+_h(2083,i,25) FROM generate_series(1,260) i;
INSERT INTO "PlaylistTrack" SELECT p, k, 1+_h(2084,p*50+k,1900), CASE WHEN _h(2085,p*50+k,4)>0 THEN 1+_h(2086,p*50+k,650) END FROM generate_series(1,260) p, generate_series(1,12) k WHERE k<=1+_h(2087,p,12);
INSERT INTO "PlaylistReaction" SELECT row_number() OVER (ORDER BY "PlaylistId","Position"), "PlaylistId", "Position", 1+_h(2088,"PlaylistId"*50+"Position",650), 1+_h(2089,"PlaylistId"*50+"Position",5) FROM "PlaylistTrack" WHERE _h(2090,"PlaylistId"*50+"Position",10)<4;
INSERT INTO "PlayEvent" SELECT 900000000+i*7, 1+_h(2091,i,650), 1+_h(2092,i,1900), CASE WHEN _h(2093,i,10)>0 THEN 1+_h(2094,i,900) END, timestamp '2023-05-01'+i*interval '7 minutes', 1000*_h(2095,i,300) FROM generate_series(1,2000) i;
INSERT INTO "Review" SELECT i, 1+_h(2096,i,330), 1+_h(2097,i,650), CASE WHEN _h(2098,i,6)=0 THEN 1+_h(2099,i,40) END, 1+_h(2100,i,5), _w(2101,i)||' record' FROM generate_series(1,480) i;
INSERT INTO "ReviewVote" SELECT DISTINCT ON (1+_h(2401,i,480), 1+_h(2402,i,650)) 1+_h(2401,i,480), 1+_h(2402,i,650), 1+_h(2104,i,3) FROM generate_series(1,900) i ORDER BY 1,2,3;
INSERT INTO "Follow" SELECT DISTINCT ON (1+_h(2411,i,650), 1+_h(2412,i,200)) 1+_h(2411,i,650), 1+_h(2412,i,200), date '2020-01-01'+_h(2105,i,1200) FROM generate_series(1,800) i ORDER BY 1,2,3;
INSERT INTO "AppSetting" SELECT 'cfg.'||lower(_w(2106,i))||i, 1+_h(2109,i,28), 1+_h(2110,i,9) FROM generate_series(1,70) i;
DROP FUNCTION _w(int, bigint); DROP FUNCTION _h(int, bigint, int);
ANALYZE;
