#!lua flags=allow-oom
-- trim.lua - forget dead letters that are too old, too many or too large together:
-- failed -> nothing.
--
-- KEYS  meta failed
-- ARGV  max_age_ms, max_count, max_bytes (0: not weighed), limit (at most 500),
--       after, bytes ('' and 0, then what the last call answered)
-- Returns {now, purged, more, after, bytes}: more 1: call again with these two
-- Twice The second finds nothing to do, or goes on.
-- Weighing goes from the newest to the oldest, some in each call; the first that does not fit
-- goes with all that are older, the newest stays. Nobody begins to weigh within 30 s of another.
-- Some marks of schedules are looked at too: those of planned times a week ago go.

local WEIGH_MAX, WEIGH_EVERY = 250, 30000
local MARKS_MAX, MARK_LIFE = 100, 604800000
local meta, failed = KEYS[1], KEYS[2]
local max_age, max_count, max_bytes = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local limit, after, bytes = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local t = now()
local letters = redis.call('ZCARD', failed)

-- How many are newer than the next to be weighed; nil: none is.
local function where_to_weigh()
    if max_bytes == 0 then
        return nil
    end
    if after ~= '' then
        local rank = redis.call('ZREVRANK', failed, after)
        return rank and rank + 1
    end
    local last = tonumber(redis.call('HGET', meta, 'weighed') or '')
    if last and last <= t and t - last < WEIGH_EVERY then
        return nil
    end
    redis.call('HSET', meta, 'weighed', string.format('%.0f', t))
    return 0
end

-- How many of the newest fit. The second value: there is more to weigh.
local function weigh(newer)
    local names = redis.call('ZREVRANGE', failed, newer, newer + WEIGH_MAX - 1)
    for i = 1, #names do
        local sum = bytes + redis.call('STRLEN', record_key(names[i]))
            + redis.call('STRLEN', tag .. ':log:' .. names[i])
        if sum > max_bytes and after ~= '' then
            return newer + i - 1, false
        end
        after, bytes = names[i], sum
    end
    return letters, #names == WEIGH_MAX
end

local fitting, unweighed = letters, false
local newer = where_to_weigh()
if newer then
    fitting, unweighed = weigh(newer)
end
local names = redis.call('ZRANGEBYSCORE', failed, '-inf', t - max_age, 'LIMIT', 0, limit)
local over = letters - math.min(max_count, fitting)
if #names < over then
    names = redis.call('ZRANGE', failed, 0, math.min(over, limit) - 1)
end
if #names > 0 then
    local keys = {}
    for i = 1, #names do
        keys[2 * i - 1] = record_key(names[i])
        keys[2 * i] = tag .. ':log:' .. names[i]
    end
    redis.call('ZREM', failed, unpack(names))
    redis.call('UNLINK', unpack(keys))
end
-- Marks of planned times so old keep nothing from being made twice: claim.lua does.
local marks = redis.call('HRANDFIELD', tag .. ':fired', MARKS_MAX, 'WITHVALUES')
for i = 1, #marks, 2 do
    if (tonumber(marks[i + 1]) or t) < t - MARK_LIFE then
        redis.call('HDEL', tag .. ':fired', marks[i])
    end
end
local more = unweighed or #names == limit
return {t, #names, more and 1 or 0, more and after or '', bytes}
