#!lua flags=allow-oom
-- read.lua - a value, if nobody invalidated it, and how long it is still good.
--
-- KEYS  entry kind-version group-version
-- ARGV  uses: how often it was asked for since it was last read
-- Returns {} there is none; or {left_ms, uses, versions, bytes}: left_ms is below 1 for one past
--       its life; uses counts those of this life
-- Twice It counts twice as often asked for.

local entry = redis.call('HMGET', KEYS[1], 'versions', 'grace')
local version = redis.call('MGET', KEYS[2], KEYS[3])
if not entry[1] or not version[1] or not version[2] or entry[1] ~= version[1] .. version[2] then
    return {}
end
local left = redis.call('PTTL', KEYS[1]) - entry[2]
local uses = redis.call('HINCRBY', KEYS[1], 'uses', ARGV[1])
return {left, uses, entry[1], redis.call('HGET', KEYS[1], 'bytes')}
