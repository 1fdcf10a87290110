#!lua flags=allow-oom
-- alive.lua - a worker says that it is alive and how it is.
--
-- KEYS  {ns}:workers {ns}:worker:<incarnation>
-- ARGV  incarnation, life_ms (0: it is gone), JSON description
-- Returns {now}
-- Twice The same.

local t = now()
local life = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', t)
if life > 0 then
    redis.call('ZADD', KEYS[1], t + life, ARGV[1])
    redis.call('SET', KEYS[2], ARGV[3], 'PX', life)
else
    redis.call('ZREM', KEYS[1], ARGV[1])
    redis.call('DEL', KEYS[2])
end
return {t}
