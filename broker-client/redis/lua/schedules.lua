#!lua flags=allow-oom
-- schedules.lua - whoever leads tells all schedules; what was told before goes.
--
-- KEYS  {ns}:schedules
-- ARGV  n times name, description as JSON; n is at most 10,000
-- Returns {now}
-- Twice The same.

local CHUNK = 500
local t = now()
redis.call('DEL', KEYS[1])
for i = 1, #ARGV, CHUNK do
    redis.call('HSET', KEYS[1], unpack(ARGV, i, math.min(i + CHUNK - 1, #ARGV)))
end
return {t}
