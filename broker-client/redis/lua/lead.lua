#!lua flags=allow-oom
-- lead.lua - hold a named lease that one program at a time may have.
--
-- KEYS  {ns}:schedules:rev {ns}:lead:<what>
-- ARGV  holder ('' only asks), lease_ms; 0 gives it back
-- Returns {code, now, holder, left, revision}: 1 it is ours (or was, and is given back), 0 it is
--       not; who has it now, '' nobody, and for how long; the revision of the schedules
-- Twice The lease is renewed, or given back already.

local t = now()
local revision = figure_of(redis.call('GET', KEYS[1]))
local holder = redis.call('GET', KEYS[2])
local lease = tonumber(ARGV[2])
if ARGV[1] == '' or holder and holder ~= ARGV[1] then
    return {0, t, holder or '', math.max(redis.call('PTTL', KEYS[2]), 0), revision}
end
if lease > 0 then
    redis.call('SET', KEYS[2], ARGV[1], 'PX', lease)
    return {1, t, ARGV[1], lease, revision}
end
if holder then
    redis.call('DEL', KEYS[2])
end
return {1, t, '', 0, revision}
