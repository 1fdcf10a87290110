#!lua flags=allow-oom
-- leave.lua - give a lease back at a clean stop.
--
-- KEYS  meta leases running
-- ARGV  incarnation
-- Returns {now, left}: left is the number of jobs it still holds; then the lease
--       stays, run out, and recover takes them over at once
-- Twice Nothing changes.

local t = now()
local left = 0
local prefix = ARGV[1] .. ':'
local held = redis.call('HVALS', KEYS[3])
for i = 1, #held do
    if string.sub(held[i], 1, #prefix) == prefix then
        left = left + 1
    end
end
if left == 0 then
    redis.call('ZREM', KEYS[2], ARGV[1])
else
    redis.call('ZADD', KEYS[2], 'XX', t - 1, ARGV[1])
end
return {t, left}
