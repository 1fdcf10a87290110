#!lua flags=allow-oom
-- keep.lua - the lease begins anew, for who has it.
--
-- KEYS  lock
-- ARGV  token, lease_ms
-- Returns 1; 0: it is gone
-- Twice It begins anew twice.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
    return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
