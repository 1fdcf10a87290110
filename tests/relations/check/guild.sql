-- guild: an online game: GUIDs and dense ids in CamelCase, Owner and Leader without Id, items that hold items.
-- Own definition and generated data; no foreign keys: the truth is in guild.fks.tsv.
SET client_min_messages = warning;
CREATE FUNCTION _h(seed int, i bigint, n int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((('x' || substr(md5(seed || ':' || i), 1, 8))::bit(32)::bigint & 2147483647) % n)::int $$;
CREATE FUNCTION _w(seed int, i bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT initcap((ARRAY['ba','do','fi','gu','ka','le','mo','nu','pa','ri','so','te','va','wi','xe','zo'])[1 + _h(seed, i, 16)] ||
   (ARRAY['lan','mer','nik','por','ral','sen','tor','vin'])[1 + _h(seed + 1, i, 8)] || (ARRAY['a','o','is','er','ic','um'])[1 + _h(seed + 2, i, 6)]) $$;
CREATE FUNCTION _d(seed int, i bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2022-01-01' + _h(seed, i, 1000) $$;
CREATE TABLE "Realm" ("RealmId" smallint PRIMARY KEY, "Title" text, "Region" char(2), "Capacity" int);
CREATE TABLE "Player" ("PlayerGuid" uuid PRIMARY KEY, "Nick" text UNIQUE, "RealmId" smallint NOT NULL, "InvitedBy" uuid, "CreatedAt" timestamp);
CREATE TABLE "HeroClass" ("ClassId" smallint PRIMARY KEY, "ClassName" text, "BaseHealth" int);
CREATE TABLE "Hero" ("HeroId" int PRIMARY KEY, "Owner" uuid NOT NULL, "ClassId" smallint NOT NULL, "GuildId" int, "Level" int, "Gold" int, "Slot" int, "HomeZone" int);
CREATE TABLE "Guild" ("GuildId" int PRIMARY KEY, "GuildName" text, "Leader" int NOT NULL, "RealmId" smallint NOT NULL, "MemberCount" int);
CREATE TABLE "GuildRank" ("GuildId" int NOT NULL, "RankNo" int NOT NULL, "RankName" text, PRIMARY KEY ("GuildId", "RankNo"));
CREATE TABLE "GuildMember" ("HeroId" int PRIMARY KEY, "GuildId" int NOT NULL, "RankNo" int NOT NULL, "JoinedOn" date);
CREATE TABLE "Zone" ("ZoneId" int PRIMARY KEY, "ZoneName" text, "ParentZone" int, "MinLevel" int);
CREATE TABLE "ItemTemplate" ("TemplateCode" varchar(8) PRIMARY KEY, "ItemName" text, "Quality" int, "MaxStack" int);
CREATE TABLE "Item" ("ItemGuid" uuid PRIMARY KEY, "TemplateCode" varchar(8) NOT NULL, "HolderHero" int, "ContainerItem" uuid, "Durability" int, "StackSize" int);
CREATE TABLE "Quest" ("QuestId" int PRIMARY KEY, "QuestName" text, "StartZone" int NOT NULL, "Prerequisite" int, "RewardTemplate" varchar(8), "RewardGold" int);
CREATE TABLE "QuestLog" ("HeroId" int NOT NULL, "QuestId" int NOT NULL, "Stage" int, "Attempts" int, PRIMARY KEY ("HeroId", "QuestId"));
CREATE TABLE "Auction" ("AuctionId" int PRIMARY KEY, "ItemGuid" uuid NOT NULL UNIQUE, "Seller" int NOT NULL, "HighestBidder" int, "Price" int, "Hours" int);
CREATE TABLE "Mail" ("MailId" int PRIMARY KEY, "FromHero" int, "ToHero" int NOT NULL, "AttachedItem" uuid, "Subject" text, "Priority" int);
CREATE TABLE "Friendship" ("PlayerA" uuid NOT NULL, "PlayerB" uuid NOT NULL, "Since" date, PRIMARY KEY ("PlayerA", "PlayerB"));
CREATE TABLE "CombatLog" ("LogId" int PRIMARY KEY, "SourceType" char(1), "SourceId" int, "TargetType" char(1), "TargetId" int, "ZoneId" int NOT NULL, "Damage" int);
CREATE TABLE "ExperienceTable" ("Level" int PRIMARY KEY, "Needed" int);
CREATE FUNCTION _p(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5('player' || i)::uuid $$;
CREATE FUNCTION _i(i bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5('item' || i)::uuid $$;
INSERT INTO "Realm" SELECT i, _w(2401, i), (ARRAY['EU', 'US'])[1 + i % 2], 1000 * i FROM generate_series(1, 9) i;
INSERT INTO "Player" SELECT _p(i), _w(2402, i) || i, 1 + _h(2403, i, 9), CASE WHEN i > 10 AND _h(2404, i, 4) = 0 THEN _p(1 + _h(2405, i, i - 1)) END, _d(2406, i) FROM generate_series(1, 420) i;
INSERT INTO "HeroClass" SELECT i, _w(2407, i), 80 + _h(2408, i, 100) FROM generate_series(1, 8) i;
INSERT INTO "Zone" SELECT i, _w(2409, i), CASE WHEN i > 7 THEN 1 + _h(2410, i, 7) END, 1 + _h(2411, i, 55) FROM generate_series(1, 66) i;
INSERT INTO "Hero" SELECT i, _p(1 + _h(2412, i, 420)), 1 + _h(2413, i, 8), CASE WHEN _h(2414, i, 3) > 0 THEN 1 + _h(2415, i, 45) END, 1 + _h(2416, i, 60), _h(2417, i, 9000), 1 + _h(2418, i, 10), 1 + _h(2419, i, 66) FROM generate_series(1, 700) i;
INSERT INTO "Guild" SELECT i, _w(2420, i), 1 + _h(2421, i, 700), 1 + _h(2422, i, 9), 1 + _h(2423, i, 40) FROM generate_series(1, 45) i;
INSERT INTO "GuildRank" SELECT g, r, _w(2424, g * 5 + r) FROM generate_series(1, 45) g, generate_series(1, 5) r WHERE r < 4 OR g % 3 = 0;
INSERT INTO "GuildMember" SELECT i, 1 + _h(2415, i, 45), 1 + _h(2425, i, 3), _d(2426, i) FROM generate_series(1, 700) i WHERE _h(2414, i, 3) > 0;
INSERT INTO "ItemTemplate" SELECT 'T' || lpad((i * 29)::text, 6, '0'), _w(2427, i), 1 + _h(2428, i, 6), 1 + _h(2429, i, 20) FROM generate_series(1, 240) i;
INSERT INTO "Item" SELECT _i(i), 'T' || lpad(((1 + _h(2430, i, 240)) * 29)::text, 6, '0'), CASE WHEN _h(2431, i, 5) > 0 THEN 1 + _h(2432, i, 700) END, CASE WHEN i > 100 AND _h(2431, i, 5) = 0 THEN _i(1 + _h(2433, i, 100)) END, _h(2434, i, 100), 1 + _h(2435, i, 20) FROM generate_series(1, 1600) i;
INSERT INTO "Quest" SELECT i, _w(2436, i), 1 + _h(2437, i, 66), CASE WHEN i > 15 AND _h(2438, i, 2) = 0 THEN 1 + _h(2439, i, i - 1) END, CASE WHEN _h(2440, i, 3) = 0 THEN 'T' || lpad(((1 + _h(2441, i, 240)) * 29)::text, 6, '0') END, _h(2442, i, 500) FROM generate_series(1, 130) i;
INSERT INTO "QuestLog" SELECT DISTINCT ON (1, 2) 1 + _h(2443, i, 700), 1 + _h(2444, i, 130), _h(2445, i, 5), 1 + _h(2446, i, 4) FROM generate_series(1, 1500) i;
INSERT INTO "Auction" SELECT i, _i(i * 3), 1 + _h(2447, i, 700), CASE WHEN _h(2448, i, 3) > 0 THEN 1 + _h(2449, i, 700) END, 5 + _h(2450, i, 900), 12 * (1 + _h(2451, i, 4)) FROM generate_series(1, 300) i;
INSERT INTO "Mail" SELECT i, CASE WHEN _h(2452, i, 9) > 0 THEN 1 + _h(2453, i, 700) END, 1 + _h(2454, i, 700), CASE WHEN _h(2455, i, 5) = 0 THEN _i(1 + _h(2456, i, 1600)) END, _w(2457, i), 1 + _h(2458, i, 3) FROM generate_series(1, 900) i;
INSERT INTO "Friendship" SELECT DISTINCT ON (1, 2) _p(1 + _h(2459, i, 420)), _p(1 + _h(2460, i, 420)), _d(2461, i) FROM generate_series(1, 700) i;
INSERT INTO "CombatLog" SELECT i, (ARRAY['H', 'M'])[1 + _h(2462, i, 2)], 1 + _h(2463, i, 600), (ARRAY['H', 'M'])[1 + _h(2464, i, 2)], 1 + _h(2465, i, 600), 1 + _h(2466, i, 66), _h(2467, i, 300) FROM generate_series(1, 1500) i;
INSERT INTO "ExperienceTable" SELECT i, i * i * 100 FROM generate_series(1, 60) i;
DROP FUNCTION _p(bigint);
DROP FUNCTION _i(bigint);
DROP FUNCTION _d(int, bigint);
DROP FUNCTION _w(int, bigint);
DROP FUNCTION _h(int, bigint, int);
ANALYZE;
