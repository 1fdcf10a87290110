#!lua flags=allow-oom
-- finish.lua - end runs: running -> succeeded | failed | cancelled | expired |
-- retrying | scheduled (snooze) | queued (release).
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 running try due retry failed ended
--       cancel progress waiters
-- ARGV  final_ttl_ms of a job that turns out cancelled, then 6 for each of
--       1-100 runs: name, token, kind, ms, data, logged
--       kind S succeeded, F failed, C cancelled, X expired: ms is the life of
--         the final record, data its part after the token
--       kind R retry, Z snooze: ms is the delay, data the new try
--       kind Q release: goes back to the front, data the new try
--       logged '1' when the run wrote log lines: the log then lives as long as
--         the final record
-- Returns {now, code, ...}: 1 done, 2 already (this token ended it before),
--       3 stale (another run has it, or the record is gone: nothing written), 4
--       done, but cancelled instead of queued again
-- Twice 'already' for each; nothing changes.

local meta, running, tries, due, retry = KEYS[1], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local failed, ended, cancelled, progress = KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local t = now()
local n = (#ARGV - 1) / 6

local names, tokens = {}, {}
for i = 1, n do
    names[i] = ARGV[6 * i - 4]
    tokens[i] = ARGV[6 * i - 3]
end
local held = redis.call('HMGET', running, unpack(names))

-- Who asks for a run that is not running: its own writer, or somebody late?
local function answer_late(name, token)
    local record = redis.call('GET', record_key(name))
    if record and not is_live(record) then
        local length = string.byte(record, 12) or 0
        return string.sub(record, 13, 12 + length) == token and 2 or 3
    end
    return parse_try(redis.call('HGET', tries, name)).token == token and 2 or 3
end

local some = {}
for _, key in ipairs({tries, cancelled, progress}) do
    some[key] = redis.call('EXISTS', key) == 1
end

local reply = {t}
local gone, over, done = {}, {}, {}
local earliest = false
local requeued = false
local freed = 0 -- bytes of live records
local counts = {}
local seen = {}

for i = 1, n do
    local name, token = names[i], tokens[i]
    local kind, ms = ARGV[6 * i - 2], tonumber(ARGV[6 * i - 1])
    local data, logged = ARGV[6 * i], ARGV[6 * i + 1]
    local code = 1
    if held[i] ~= token or seen[name] then
        code = answer_late(name, token)
    else
        seen[name] = true
        gone[#gone + 1] = name
        local key = record_key(name)
        local again = kind == 'R' or kind == 'Z' or kind == 'Q'
        local record = again and redis.call('GET', key)
        if again and not is_live(record) then
            code = 3
            kind = 'lost'
        elseif again and some[cancelled] and redis.call('HEXISTS', cancelled, name) == 1 then
            code = 4
            again = false
            kind = 'C'
            ms = ARGV[1]
            data = ending_of(parse_try(data), record)
        end
        if code == 3 then
            over[#over + 1] = name
        elseif not again then
            freed = freed + live_size(data)
            ms = final_life(ms)
            local state = kind == 'X' and 'E' or kind
            redis.call('SET', key, final_head(state, token, t) .. data, 'PX', ms)
            over[#over + 1] = name
            if kind == 'F' then
                redis.call('ZADD', failed, t, name)
            else
                done[#done + 1] = name
            end
            if logged == '1' then
                redis.call('PEXPIRE', tag .. ':log:' .. name, ms)
            end
        else
            redis.call('HSET', tries, name, data)
            if kind == 'Q' then
                redis.call('RPUSH', KEYS[3 + priority_of(record)], element_of(name, record))
                requeued = true
            else
                local set = kind == 'R' and retry or due
                redis.call('ZADD', set, t + ms, name)
                earliest = earliest or redis.call('ZRANK', set, name) == 0
            end
        end
        counts[kind] = (counts[kind] or 0) + 1
    end
    reply[i + 1] = code
end

if #gone == 0 then
    return reply
end
local lanes = lanes_in_use(meta, t)
if lanes then
    lanes.release(gone)
    requeued = requeued or lanes.woken
end
let_go(over)
add_room(meta, -#over, -freed)
redis.call('HDEL', running, unpack(gone))
if some[progress] then
    redis.call('HDEL', progress, unpack(gone))
end
if some[cancelled] then
    redis.call('HDEL', cancelled, unpack(gone))
end
if #over > 0 and some[tries] then
    redis.call('HDEL', tries, unpack(over))
end
if #done > 0 then
    redis.call('LPUSH', ended, unpack(done))
    redis.call('LTRIM', ended, 0, ENDED_KEPT - 1)
end
local words = {S = 'succeeded', F = 'failed', C = 'cancelled', X = 'expired', R = 'retried',
    Z = 'snoozed', Q = 'released'}
for kind, word in pairs(words) do
    count(meta, word, counts[kind] or 0)
end
if earliest or requeued then
    wake(meta, KEYS[2])
end
tell(KEYS[15], over)
return reply
