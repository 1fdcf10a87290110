#!lua flags=allow-oom
-- replay.lua - put jobs in line again: failed | cancelled | expired | retrying -> queued.
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 running due retry try failed cancel
-- ARGV  log_ttl_ms, then 2 for each of 1-100 jobs: name, ended_ms as it was seen;
--       ended_ms 0: the job waits for its next attempt and need not any more, or is
--       in line past its start deadline, which holds no more then
-- Returns {now, code, ...}: 0 no such job, 1 in line again, 2 it lives (for ended_ms
--       0: and waits for nothing), 3 it ended at another time, 4 it succeeded, 5 its
--       record does not decode, 6 another job has its unique key
-- Twice 2 for each, or 3 when it has ended again since.
-- The try that is left behind keeps the token of the run that ended the job, so that
-- a finish that is sent again is answered as before, and makes the start deadline
-- hold no more. A name stays in :ended; whoever reads that list asks with peek.

local meta, running, due, retry = KEYS[1], KEYS[7], KEYS[8], KEYS[9]
local tries, failed, cancelled = KEYS[10], KEYS[11], KEYS[12]
local TOKEN_MAX = 47
local HISTORY = 10 -- field of an outcome
local t = now()

-- The live record and the new try of a final record; nil when it is damaged.
local function open(record)
    local at = 13 + (string.byte(record, 12) or 0)
    if #record < at + 3 then
        return nil
    end
    local length = struct.unpack('<I4', record, at)
    local live = string.sub(record, at + 4 + length)
    if #live < HEAD or not is_live(live) then
        return nil
    end
    local token = string.match(string.sub(record, 13, at - 1), '^%S+$')
    if not token or #token > TOKEN_MAX then
        token = NOBODY
    end
    local outcome = string.sub(record, at + 4, at + 3 + length)
    return live, {attempts = 0, deaths = 0, snoozes = 0, token = token,
                  history = lib().find_field(outcome, 1, HISTORY) or ''}
end

local function put_in_line(name, live)
    redis.call('LPUSH', KEYS[3 + lib().priority_of(live)], lib().element_of(name, live))
end

local function leave_try(name, try)
    redis.call('HSET', tries, name, lib().format_try(try))
end

-- A job in line that would be found expired: what makes it so is only that it has no try.
local function is_too_late(name, record)
    local deadline = lib().expires_of(record)
    return deadline and deadline <= t and redis.call('HEXISTS', tries, name) == 0
        and redis.call('HEXISTS', running, name) == 0 and not redis.call('ZSCORE', due, name)
end

local function replay_live(name, record)
    if redis.call('ZREM', retry, name) == 1 then
        put_in_line(name, record)
    elseif is_too_late(name, record) then
        leave_try(name, lib().parse_try(''))
    else
        return 2
    end
    return 1
end

-- The unique key again, until started or finished; false when another has it.
local function claim_again(name, live)
    local front = lib().front_of(live)
    local key, until_ = front[UNIQUE_KEY], string.byte(front[UNIQUE] or '\0') % 4
    if not key or until_ ~= 1 and until_ ~= 2 then
        return true
    end
    local holder = lib().holder_of(key)
    if holder and holder ~= name then
        return false
    end
    lib().claim(key, until_ == 1 and 's' or 'f', name, lib().number_of(front[UNIQUE_FOR]))
    return true
end

local function replay(name, ended)
    local record = redis.call('GET', record_key(name))
    if not record then
        return 0
    elseif is_live(record) then
        return ended > 0 and 2 or replay_live(name, record)
    elseif string.sub(record, 2, 2) == 'S' then
        return 4
    end
    local live, try = open(record)
    if not live then
        return 5
    elseif lib().time_at(record, 4) ~= ended then
        return 3
    end
    if not claim_again(name, live) then
        return 6
    end
    lib().add_room(meta, 1, #live)
    -- What goes wrong before the record is live again leaves an element that take
    -- passes over.
    put_in_line(name, live)
    leave_try(name, try)
    redis.call('SET', record_key(name), live)
    redis.call('ZREM', failed, name)
    redis.call('HDEL', cancelled, name)
    redis.call('PEXPIRE', tag .. ':log:' .. name, tonumber(ARGV[1]))
    return 1
end

local reply = {t}
local replayed = 0
for i = 2, #ARGV, 2 do
    local code = replay(ARGV[i], tonumber(ARGV[i + 1]))
    replayed = replayed + (code == 1 and 1 or 0)
    reply[#reply + 1] = code
end
if replayed > 0 then
    lib().count(meta, 'replayed', replayed)
    lib().wake(meta, KEYS[2])
end
return reply
