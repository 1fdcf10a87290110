#!lua flags=allow-oom
-- fail.lua - give the lease back without a value, and say so to who waits.
--
-- KEYS  lock wake
-- ARGV  token, what to say
-- Returns 1; 0: somebody else has the lease
-- Twice 0, or it is said again to who waits by then.

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
    return 0
end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[2], 60000)
return 1
