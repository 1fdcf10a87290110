#!lua flags=allow-oom
-- end.lua - a request is over: its place is free, its cost is what it was, the breaker hears.
--
-- KEYS  breaker places, then a key per budget, those of begin.lua
-- ARGV  token, what it cost less what was reserved, verdict ('good', 'bad', 'neither'),
--       bucket_ms, buckets, calls, percent, open_ms, most_ms, good, life_ms
-- Returns 0 closed, 1 half open, 2 open
-- Twice The cost is counted twice, but for a place that is gone: then nothing is done.

local token, difference, verdict = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local bucket_ms, buckets, calls = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local percent, open_ms, most_ms = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local good, life_ms = tonumber(ARGV[10]), tonumber(ARGV[11])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local held = redis.call('ZREM', KEYS[2], token) == 1
if held and difference ~= 0 then
    for i = 3, #KEYS do
        if redis.call('EXISTS', KEYS[i]) == 1 then
            redis.call('INCRBY', KEYS[i], difference)
        end
    end
end

local breaker = redis.call('HMGET', KEYS[1], 'until', 'length', 'good', 'token')
local open_until, length = tonumber(breaker[1] or 0), tonumber(breaker[2] or 0)
if open_until > now then
    return 2
end

local function open()
    length = length == 0 and open_ms or math.min(length * 2, most_ms)
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'until', now + length, 'length', length)
    redis.call('PEXPIRE', KEYS[1], life_ms)
    return 2
end

if open_until > 0 then
    if breaker[4] ~= token then
        return 1
    end
    redis.call('HDEL', KEYS[1], 'probe', 'token')
    if verdict == 'bad' then
        return open()
    end
    if verdict == 'good' and redis.call('HINCRBY', KEYS[1], 'good', 1) >= good then
        redis.call('DEL', KEYS[1])
        return 0
    end
    return 1
end
if verdict == 'neither' then
    return 0
end

-- Closed: counts in buckets, those of the past go.
local bucket = math.floor(now / bucket_ms)
redis.call('HINCRBY', KEYS[1], 'a' .. bucket, 1)
if verdict == 'bad' then
    redis.call('HINCRBY', KEYS[1], 'b' .. bucket, 1)
end
redis.call('PEXPIRE', KEYS[1], life_ms)
local all, bad = 0, 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
    local kind, number = fields[i]:match('^([ab])(%d+)$')
    if kind and tonumber(number) <= bucket - buckets then
        redis.call('HDEL', KEYS[1], fields[i])
    elseif kind == 'a' then
        all = all + fields[i + 1]
    elseif kind == 'b' then
        bad = bad + fields[i + 1]
    end
end
if verdict == 'bad' and all >= calls and bad * 100 >= all * percent then
    return open()
end
return 0
