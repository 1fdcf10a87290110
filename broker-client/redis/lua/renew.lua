#!lua flags=allow-oom
-- renew.lua - prolong a lease, also one that has run out but was not ended.
--
-- KEYS  meta leases cancel
-- ARGV  incarnation, lease_ms
-- Returns {status, now, names}: 'ok' | 'lost'; names of jobs in this queue whose
--       cancel was asked for, at most 1,000, whoever runs them
-- Twice The same.

local t = now()
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
    return {'lost', t, {}}
end
redis.call('ZADD', KEYS[2], 'XX', t + tonumber(ARGV[2]), ARGV[1])
local names = {}
if redis.call('EXISTS', KEYS[3]) == 1 then
    names = redis.call('HKEYS', KEYS[3])
    for i = #names, UNPACK_MAX + 1, -1 do
        names[i] = nil
    end
end
return {'ok', t, names}
