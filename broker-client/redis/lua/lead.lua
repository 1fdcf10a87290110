#!lua flags=allow-oom
-- lead.lua - hold a named lease that one program at a time may have.
--
-- KEYS  {ns}:lead:<what>
-- ARGV  holder, lease_ms; 0 gives it back
-- Returns {code, now, holder}: 1 it is ours, 0 somebody else holds it
-- Twice The lease is renewed, or given back already.

local t = now()
local holder = redis.call('GET', KEYS[1])
local lease = tonumber(ARGV[2])
if holder and holder ~= ARGV[1] then
    return {0, t, holder}
end
if lease > 0 then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', lease)
elseif holder then
    redis.call('DEL', KEYS[1])
end
return {1, t, ARGV[1]}
