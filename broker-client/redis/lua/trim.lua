#!lua flags=allow-oom
-- trim.lua - forget dead letters that are too old or too many: failed -> nothing.
--
-- KEYS  meta failed
-- ARGV  max_age_ms, max_count, limit (at most 500)
-- Returns {now, purged, more}: more 1: call again
-- Twice The second finds nothing to do.

local t = now()
local limit = tonumber(ARGV[3])
local names = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', t - tonumber(ARGV[1]), 'LIMIT', 0, limit)
local over = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[2])
if #names < over then
    names = redis.call('ZRANGE', KEYS[2], 0, math.min(over, limit) - 1)
end
if #names > 0 then
    local keys = {}
    for i = 1, #names do
        keys[2 * i - 1] = record_key(names[i])
        keys[2 * i] = tag .. ':log:' .. names[i]
    end
    redis.call('ZREM', KEYS[2], unpack(names))
    redis.call('UNLINK', unpack(keys))
end
return {t, #names, #names == limit and 1 or 0}
