#!lua flags=allow-oom
-- message.lua - tell something to a worker that serves this queue.
--
-- KEYS  meta leases
-- ARGV  incarnation, text, max messages that wait, life_ms of the inbox
-- Returns {told, now}: 0 when it has no lease on the queue, or reads nothing
-- Twice The worker is told twice, which is the same to it.

local t = now()
local inbox = tag .. ':inbox:' .. ARGV[1]
local told = 0
if redis.call('ZSCORE', KEYS[2], ARGV[1])
    and redis.call('LLEN', inbox) < tonumber(ARGV[3]) then
    redis.call('RPUSH', inbox, ARGV[2])
    redis.call('PEXPIRE', inbox, tonumber(ARGV[4]))
    told = 1
end
return {told, t}
