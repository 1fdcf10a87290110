#!lua flags=no-writes
-- limits.lua - the limits of a queue, and how they stand.
--
-- KEYS  meta
-- ARGV  how many at most
-- Returns {now, n x (scope, concurrency, rate, per_ms, burst, 'o' or 'd', running, lanes
--       that wait, time of the next token or -1)} flat, by scope

local limits = tag .. ':limits'
local t = now()
local lanes = open_lanes(KEYS[1], t)
local scopes = redis.call('HKEYS', limits)
local reply = {t}

table.sort(scopes)
for i = 1, math.min(#scopes, tonumber(ARGV[1])) do
    local name = scopes[i]
    local limit = lanes.limit_of(name)
    if limit then
        local _, at = lanes.has_room({name = name, limit = limit})
        for _, value in ipairs({name, limit.most, limit.rate, limit.per, limit.burst,
            string.sub(redis.call('HGET', limits, name), -1),
            redis.call('SCARD', tag .. ':slots:' .. name),
            redis.call('ZCARD', tag .. ':held:' .. name), at or -1}) do
            reply[#reply + 1] = value
        end
    end
end
return reply
