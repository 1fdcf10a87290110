#!lua flags=allow-oom
-- note_fires.lua - claimed planned times are dealt with: what became of them enters the history.
--
-- KEYS  {ns}:schedules {ns}:schedules:planned {ns}:schedules:last
-- ARGV  how many of a schedule's last fires are kept, then 3 for each of 1-1,000: name, planned
--       time in ms (0: none, somebody made the job by hand), what became of it as JSON
-- Returns {now, n x 1 noted / 0 noted before, or of no schedule}
-- Twice 0 for each.

local all, planned, last = KEYS[1], KEYS[2], KEYS[3]
local most = tonumber(ARGV[1]) - 1
local reply = {now()}

local function enter(name, json)
    local fires = space_key('fires:' .. name)
    redis.call('LPUSH', fires, json)
    redis.call('LTRIM', fires, 0, most)
end

local function note_by_hand(name, json)
    if redis.call('HEXISTS', all, name) == 0
        or redis.call('LPOS', space_key('fires:' .. name), json) then
        return 0
    end
    enter(name, json)
    return 1
end

local names = {}
for i = 2, #ARGV, 3 do
    names[#names + 1] = ARGV[i]
end
local kept = redis.call('HMGET', planned, unpack(names))
local fars, lasts, seen = {}, {}, {}

local function note(i, name, at, json)
    local far = parse_planned(kept[i])
    if not far.open or far.at ~= at or seen[name] then
        return 0
    end
    far.open, seen[name] = false, true
    fars[#fars + 1] = name
    fars[#fars + 1] = format_planned(far)
    lasts[#lasts + 1] = name
    lasts[#lasts + 1] = json
    enter(name, json)
    return 1
end

for i = 1, #names do
    local at, json = tonumber(ARGV[3 * i]), ARGV[3 * i + 1]
    reply[i + 1] = at == 0 and note_by_hand(names[i], json) or note(i, names[i], at, json)
end
for i = 1, #fars, UNPACK_MAX do
    local stop = math.min(i + UNPACK_MAX - 1, #fars)
    redis.call('HSET', planned, unpack(fars, i, stop))
    redis.call('HSET', last, unpack(lasts, i, stop))
end
return reply
