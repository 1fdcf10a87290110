#!lua
-- close.lua - keep what was loaded, and wake who waits for it.
--
-- What is at the entry by now is of no matter: it may be of any type.
--
-- Only who still has the lease, and for whose versions the value was loaded, may keep it.
--
-- KEYS  entry lock wake kind-version group-version
-- ARGV  token, versions, life_ms, hot_ms (its life if it was asked for often), uses that make it
--       hot, grace_ms, bytes
-- Returns its life in ms; 0: not kept
-- Twice The lease is gone: 0.

local token, versions, life, hot_life, hot, grace, bytes = unpack(ARGV)
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= token then
    return 0
end
local now = redis.call('MGET', KEYS[4], KEYS[5])
local mine = holder == token and versions == (now[1] or '') .. (now[2] or '')
local kept = 0
if mine then
    local uses = tonumber(redis.pcall('HGET', KEYS[1], 'uses')) or 0
    kept = tonumber(uses >= tonumber(hot) and hot_life or life)
    redis.call('UNLINK', KEYS[1])
    redis.call('HSET', KEYS[1], 'versions', versions, 'grace', grace, 'uses', 0, 'bytes', bytes)
    redis.call('PEXPIRE', KEYS[1], kept + grace)
end
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('RPUSH', KEYS[3], 'look')
redis.call('PEXPIRE', KEYS[3], 60000)
return kept
