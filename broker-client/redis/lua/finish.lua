#!lua flags=allow-oom
-- finish.lua - end runs: running -> succeeded | failed | cancelled | expired |
-- retrying | scheduled (snooze) | queued (release).
--
-- KEYS  meta
-- ARGV  final_ttl_ms of a job that turns out cancelled, then 4 for each of
--       1-100 runs: name, token, end, data
--       end: the kind, 'l' when the run wrote log lines (the log then lives as
--         long as the final record), 'b' when its success gives back to a sale, and ms
--       kind S succeeded, F failed, C cancelled, X expired: ms is the life of
--         the final record, data its part after the token
--       kind R retry, Z snooze: ms is the delay, data the new try
--       kind Q release: goes back to the front, data the new try
-- Returns {now, code, ...}: 1 done, 2 already (this token ended it before),
--       3 stale (another run has it, or the record is gone: nothing written), 4
--       done, but cancelled instead of queued again
-- Twice 'already' for each; nothing changes.

local meta, running, tries = KEYS[1], tag .. ':running', tag .. ':try'
local cancelled, progress = tag .. ':cancel', tag .. ':progress'
local t = now()
local n = (#ARGV - 1) / 4

local names = {}
for i = 1, n do
    names[i] = ARGV[4 * i - 2]
end
local held = redis.call('HMGET', running, unpack(names))
local known = redis.call('HMGET', meta, 'lanes', 'jobs', 'bytes', 'succeeded')

-- Most jobs leave none of these behind: one question for all of them.
local some = {}
local notes = {tries, cancelled, progress, tag .. ':uniques', tag .. ':waiters'}
local noted = redis.call('EXISTS', unpack(notes)) > 0
for i = 1, noted and 3 or 0 do
    some[notes[i]] = redis.call('EXISTS', notes[i]) == 1
end

-- Who asks for a run that is not running: its own writer, or somebody late?
local function answer_late(name, token)
    local record = redis.call('GET', record_key(name))
    if record and not is_live(record) then
        local length = string.byte(record, 12) or 0
        return string.sub(record, 13, 12 + length) == token and 2 or 3
    end
    return lib().parse_try(redis.call('HGET', tries, name)).token == token and 2 or 3
end

local reply = {t}
local gone, over, done = {}, {}, {}
local earliest = false
local requeued = false
local freed = 0 -- bytes of live records
local counts = {}
local seen = {}
local heads = {S = {}, F = {}, C = {}, X = {}}

-- Bytes of the live record inside the data of a final one.
local function live_size(data)
    local a, b, c, d = string.byte(data, 1, 4)
    return d and math.max(0, #data - 4 - (a + b * 2 ^ 8 + c * 2 ^ 16 + d * 2 ^ 24)) or 0
end

local function end_job(name, token, kind, data, life, logged, returns)
    local head = heads[kind][#token] -- the same for most runs of a call
    if not head then
        local state = string.byte(kind == 'X' and 'E' or kind)
        head = struct.pack('<BBBi8B', 1, state, 0, t, #token)
        heads[kind][#token] = head
    end
    redis.call('SET', record_key(name), head .. token .. data, 'PX', life)
    freed = freed + live_size(data)
    over[#over + 1] = name
    if kind ~= 'S' then
        lib().leave(name, token, data)
    elseif returns then
        lib().give_back(data)
    end
    if kind == 'F' then
        redis.call('ZADD', tag .. ':failed', t, name)
    else
        done[#done + 1] = name
    end
    if logged then
        redis.call('PEXPIRE', tag .. ':log:' .. name, life)
    end
end

-- A run that goes back into the queue. The kind and the code that it gets: a job that is
-- gone does not, nor one whose cancel was asked for.
local function send_back(name, token, how, data)
    local record = redis.call('GET', record_key(name))
    if not is_live(record) then
        over[#over + 1] = name
        return 'lost', 3
    elseif some[cancelled] and redis.call('HEXISTS', cancelled, name) == 1 then
        local ending = lib().ending_of(lib().parse_try(data), record)
        end_job(name, token, 'C', ending, final_life(ARGV[1]), how.logged)
        return 'C', 4
    end
    redis.call('HSET', tries, name, data)
    if how.kind == 'Q' then
        local line = tag .. ':ready:' .. lib().priority_of(record)
        redis.call('RPUSH', line, lib().element_of(name, record))
        requeued = true
    else
        local set = tag .. (how.kind == 'R' and ':retry' or ':due')
        redis.call('ZADD', set, t + how.ms, name)
        earliest = earliest or redis.call('ZRANK', set, name) == 0
    end
    return how.kind, 1
end

local ends = {} -- as it was given -> {kind, logged, ms}
local function read(text)
    local kind, logged, returns, ms = string.match(text, '^(%a)(l?)(b?)(%d+)$')
    local again = kind == 'R' or kind == 'Z' or kind == 'Q'
    ends[text] = {kind = kind, logged = logged == 'l', returns = returns == 'b', again = again,
                  ms = again and tonumber(ms) or final_life(ms)}
    return ends[text]
end

for i = 1, n do
    local name, token, data = names[i], ARGV[4 * i - 1], ARGV[4 * i + 1]
    local code = 1
    if held[i] ~= token or seen[name] then
        code = answer_late(name, token)
    else
        local how = ends[ARGV[4 * i]] or read(ARGV[4 * i])
        local kind = how.kind
        seen[name] = true
        gone[#gone + 1] = name
        if how.again then
            kind, code = send_back(name, token, how, data)
        else
            end_job(name, token, kind, data, how.ms, how.logged, how.returns)
        end
        counts[kind] = (counts[kind] or 0) + 1
    end
    reply[i + 1] = code
end

if #gone == 0 then
    return reply
end
local lanes = known[1] and open_lanes(meta, t)
if lanes then
    lanes.release(gone)
    requeued = requeued or lanes.woken
end
if #over > 0 then
    redis.call('HSET', meta, 'jobs', whole(figure_of(known[2]) - #over), 'bytes',
        whole(figure_of(known[3]) - freed), 'succeeded',
        whole(figure_of(known[4]) + (counts.S or 0)))
end
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
    add_ended(done)
end
local words = {F = 'failed', C = 'cancelled', X = 'expired', R = 'retried', Z = 'snoozed',
    Q = 'released'}
for kind, n_of in pairs(counts) do
    if words[kind] then
        lib().count(meta, words[kind], n_of)
    end
end
if #over > (counts.S or 0) then
    lib().follow_up(meta, t)
end
if earliest or requeued then
    lib().wake(meta, tag .. ':wake')
end
if noted then
    lib().let_go(over)
    lib().tell(over)
end
return reply
