#!lua flags=allow-oom
-- begin.lua - may a request be sent? All of it or nothing is taken: the breaker's probe, the
-- budgets, one of the minute, a place.
--
-- KEYS  breaker places minute, then a key per budget
-- ARGV  token, places (0: any number), place_ms, per_minute (0: any number), probe_ms,
--       reserve, then for each budget: its maximum, life_ms
-- Returns {'go', what, part}: the fullest budget in percent (-1: none), which one it is;
--       {'open', wait_ms} the breaker; {'busy', wait_ms} no place, or too many this minute;
--       {'budget', i} the budget of that number, from 1, has no room
-- Twice It takes twice, but one place.

local token, places, place_ms = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local per_minute, probe_ms, reserve = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The breaker.
local breaker = redis.call('HMGET', KEYS[1], 'until', 'probe')
local open_until, probe_until = tonumber(breaker[1] or 0), tonumber(breaker[2] or 0)
if open_until > now then
    return {'open', open_until - now}
end
if open_until > 0 and probe_until > now then
    return {'open', probe_until - now}
end

-- The budgets.
local fullest, which = -1, 0
for i = 4, #KEYS do
    local most = tonumber(ARGV[2 * i - 1])
    local used = tonumber(redis.call('GET', KEYS[i]) or 0)
    if used + reserve > most then
        return {'budget', i - 3}
    end
    local percent = math.floor((used + reserve) * 100 / most)
    if percent > fullest then
        fullest, which = percent, i - 3
    end
end

-- A place.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if places > 0 and redis.call('ZCARD', KEYS[2]) >= places then
    local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
    return {'busy', math.min(tonumber(first[2]) - now, 1000)}
end

-- The minute: as many at once as it has, then one by one.
if per_minute > 0 then
    local each = 60000 / per_minute
    local due = math.max(tonumber(redis.call('GET', KEYS[3]) or 0), now)
    if due + each - now > 60000 then
        return {'busy', math.ceil(due + each - now - 60000)}
    end
    redis.call('SET', KEYS[3], string.format('%.3f', due + each), 'PX', 120000)
end

-- All is taken.
if open_until > 0 then
    redis.call('HSET', KEYS[1], 'probe', now + probe_ms, 'token', token)
end
redis.call('ZADD', KEYS[2], now + place_ms, token)
redis.call('PEXPIRE', KEYS[2], place_ms)
for i = 4, #KEYS do
    redis.call('INCRBY', KEYS[i], reserve)
    redis.call('PEXPIRE', KEYS[i], ARGV[2 * i])
end
return {'go', fullest, which}
