#!lua flags=allow-oom
-- move.lua - what was collected is moved aside, under a name of its own.
--
-- KEYS  what is collected, batches, the batch
-- ARGV  the batch's name
-- Returns 1; 0: nothing was collected
-- Twice With the same name 0: the batch is there.

local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' or redis.call('EXISTS', KEYS[3]) == 1 then
    return 0
end
if kind ~= 'hash' then
    return redis.error_reply('WRONGTYPE ' .. KEYS[1] .. ' is no hash')
end
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('RENAME', KEYS[1], KEYS[3])
return 1
