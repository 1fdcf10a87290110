#!lua flags=allow-oom
-- define.lua - define schedules: live ones, or all of the file of the beat that leads.
--
-- KEYS  {ns}:schedules {ns}:schedules:rev {ns}:schedules:paused {ns}:schedules:planned
--       {ns}:schedules:last {ns}:lead:beat
-- ARGV  who leads ('': the definitions are live), how many schedules there may be, of how many
--       bytes together, then 3 for each: name, source, definition as JSON
-- Returns {code, now, revision, removed, n x code}: 1, or 0 the lease is not this one's: nothing
--       was done; how many are in the file no more; 0 the same as before, 1 created, 2 changed,
--       3 refused: it belongs to a file, 4 refused: too many
-- Twice Nothing changes.
-- A live one of the same name becomes the file's. One that only moved in its file has not changed.

local all, rev, planned = KEYS[1], KEYS[2], KEYS[4]
local holder, most, bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local t = now()
local from_file = holder ~= ''
local revision = revision_of(rev)
if from_file and redis.call('GET', KEYS[6]) ~= holder then
    return {0, t, revision, 0}
end

local count = redis.call('HLEN', all)
-- The bytes that are left, at least: counting them takes two microseconds for each definition, so
-- first some of them tell, and four times what they say is taken for all.
local room = bytes - 4 * (redis.call('MEMORY', 'USAGE', all, 'SAMPLES', 32) or 0)
local exact = false

local function count_room()
    room, exact = bytes, true
    for _, name in ipairs(redis.call('HKEYS', all)) do
        room = room - redis.call('HSTRLEN', all, name)
    end
end

local function take_room(size, new)
    if size > room and size > 0 and not exact then
        count_room()
    end
    if new and count >= most or size > math.max(room, 0) then
        return false
    end
    room, count = room - size, count + (new and 1 or 0)
    return true
end

local given = {}
local codes = {}
local changes, removed = 0, 0

local function define(name, source, json)
    local old = redis.call('HGET', all, name)
    local at, old_source, rest = parse_definition(old)
    local body = string.sub(json, 2)
    if not from_file and is_of_file(old_source) then
        return 3
    elseif rest == body and is_of_file(old_source) == from_file and old_source == source then
        return 0
    end
    local same = rest == body
    local text = string.format('{"changed_at":%s,"source":"%s",', same and at or whole(t), source)
        .. body
    if not take_room(#text - #(old or ''), not old) then
        return 4
    end
    redis.call('HSET', all, name, text)
    if same and is_of_file(old_source) == from_file then
        return 0
    end
    local far = parse_planned(redis.call('HGET', planned, name))
    far.version = revision + 1
    redis.call('HSET', planned, name, format_planned(far))
    changes = changes + 1
    return old and 2 or 1
end

-- First those that are gone: they make room.
if from_file then
    for i = 4, #ARGV, 3 do
        given[ARGV[i]] = true
    end
    local kept = redis.call('HGETALL', all)
    for i = 1, #kept, 2 do
        local _, source = parse_definition(kept[i + 1])
        if is_of_file(source) and not given[kept[i]] then
            forget_schedule(kept[i], {all, KEYS[3], planned, KEYS[5]})
            removed, count = removed + 1, count - 1
        end
    end
end
for i = 4, #ARGV, 3 do
    codes[#codes + 1] = define(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end
if changes + removed > 0 then
    revision = revision + 1
    set_revision(rev, revision)
end
local reply = {1, t, revision, removed}
for i = 1, #codes do
    reply[i + 4] = codes[i]
end
return reply
