#!lua flags=allow-oom
-- publish.lua - a worker tells which tasks it knows and which queue it serves.
--
-- KEYS  {ns}:queues {ns}:tasks
-- ARGV  queue ('' none), then name, definition of each of at most 200 tasks
-- Returns {now}
-- Twice The same.

local t = now()
if ARGV[1] ~= '' then
    redis.call('SADD', KEYS[1], ARGV[1])
end
if #ARGV > 1 then
    redis.call('HSET', KEYS[2], unpack(ARGV, 2))
end
return {t}
