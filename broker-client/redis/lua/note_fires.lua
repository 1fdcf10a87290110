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

local function note(name, at, json)
    local far = parse_planned(redis.call('HGET', planned, name))
    if not far.open or far.at ~= at then
        return 0
    end
    far.open = false
    redis.call('HSET', planned, name, format_planned(far))
    redis.call('HSET', last, name, json)
    enter(name, json)
    return 1
end

for i = 2, #ARGV, 3 do
    local name, at, json = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
    reply[#reply + 1] = at == 0 and note_by_hand(name, json) or note(name, at, json)
end
return reply
