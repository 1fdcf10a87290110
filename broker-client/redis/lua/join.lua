#!lua flags=allow-oom
-- join.lua - a worker's new incarnation gets a lease on the queue.
--
-- KEYS  meta leases dead
-- ARGV  incarnation, lease_ms
-- Returns {status, now}: 'ok' | 'lost' (this incarnation was declared dead)
-- Twice The lease is renewed.

local t = now()
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then
    return {'lost', t}
end
redis.call('ZADD', KEYS[2], t + tonumber(ARGV[2]), ARGV[1])
return {'ok', t}
