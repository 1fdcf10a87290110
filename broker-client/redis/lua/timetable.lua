#!lua flags=no-writes
-- timetable.lua - the schedules, and how far each is.
--
-- KEYS  {ns}:schedules {ns}:schedules:rev {ns}:schedules:paused {ns}:schedules:planned
--       {ns}:schedules:last
-- ARGV  at most 1,000 names; none: all that are there
-- Returns {now, revision, n x (name, definition, paused since, planned, last fire)} flat, in no
--       order; nil for what is not there

local reply = {now(), figure_of(redis.call('GET', KEYS[2]))}

local function add(name, definition, paused, planned, last)
    local n = #reply
    reply[n + 1], reply[n + 2], reply[n + 3] = name, definition, paused or false
    reply[n + 4], reply[n + 5] = planned or false, last or false
end

local function map_of(key)
    local pairs_of, map = redis.call('HGETALL', key), {}
    for i = 1, #pairs_of, 2 do
        map[pairs_of[i]] = pairs_of[i + 1]
    end
    return map
end

if #ARGV > 0 then
    local columns = {}
    for _, key in ipairs({KEYS[1], KEYS[3], KEYS[4], KEYS[5]}) do
        columns[#columns + 1] = redis.call('HMGET', key, unpack(ARGV))
    end
    for i = 1, #ARGV do
        if columns[1][i] then
            add(ARGV[i], columns[1][i], columns[2][i], columns[3][i], columns[4][i])
        end
    end
    return reply
end
local paused, planned, last = map_of(KEYS[3]), map_of(KEYS[4]), map_of(KEYS[5])
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
    local name = all[i]
    add(name, all[i + 1], paused[name], planned[name], last[name])
end
return reply
