#!lua flags=allow-oom
-- claim.lua - the beat that leads says which planned time of a schedule comes next, and in which
-- queue its job is made.
--
-- KEYS  {ns}:schedules {ns}:schedules:rev {ns}:schedules:planned {ns}:lead:beat
-- ARGV  who leads, then 4 for each of 1-1,000: name, planned time in ms, queue, the version of the
--       schedule that it follows from
-- Returns {code, now, revision, n x code}: 1, or 0 the lease is not this one's: nothing was done;
--       1 claimed, 2 this time or a later one is dealt with, or there is no such schedule,
--       3 another claim is open and must be noted first, 4 it is too early, 5 there is another
--       version
-- Twice The same: an open claim is claimed again.
-- Only who leads by the newest definition may go on, and only forward: whatever a beat that was
-- stopped for a while still sends, it sends for a time and a queue that were decided here.

local all, planned = KEYS[1], KEYS[3]
local t = now()
local revision = revision_of(KEYS[2])
if redis.call('GET', KEYS[4]) ~= ARGV[1] then
    return {0, t, revision}
end

local names = {}
for i = 2, #ARGV, 4 do
    names[#names + 1] = ARGV[i]
end
local kept = redis.call('HMGET', planned, unpack(names))
local news = {}
local reply = {1, t, revision}

local function judge(i, name, at, queue, version)
    local far = parse_planned(kept[i])
    if at > t then
        return 4
    elseif far.open then
        return far.at == at and far.queue == queue and 1 or 3
    elseif redis.call('HEXISTS', all, name) == 0 then
        return 2
    elseif far.version ~= version then
        return 5
    elseif at <= math.max(far.at, far.passed) then
        return 2
    end
    far.at, far.queue, far.open = at, queue, true
    kept[i] = format_planned(far)
    news[#news + 1] = name
    news[#news + 1] = kept[i]
    return 1
end

for i = 1, #names do
    local name, at, queue, version = unpack(ARGV, 4 * i - 2, 4 * i + 1)
    reply[i + 3] = judge(i, name, tonumber(at), queue, tonumber(version))
end
for i = 1, #news, UNPACK_MAX do
    redis.call('HSET', planned, unpack(news, i, math.min(i + UNPACK_MAX - 1, #news)))
end
return reply
