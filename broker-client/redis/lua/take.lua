#!lua flags=allow-oom
-- take.lua - give jobs to a worker: queued -> running (or expired).
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 running leases try due retry ended
--       waiters
-- ARGV  incarnation, want (1-100), final_ttl_ms of jobs found expired
-- Returns {status, now, next_due, run, entries}
--       status 'ok' | 'lost' (no lease: nothing was taken) | 'paused'
--       next_due: ms of the earliest delayed job, -1 for none; asked only when
--       the lists are empty
--       run: number of the first entry's run, the next has run + 1
--       entries: name, record, try ('' for none), flat
-- Twice The second call takes other jobs. Those of a lost reply stay with this
--       incarnation until reconcile gives them back.

local RUN_MAX = 2 ^ 53
local meta, waking, running, leases, tries = KEYS[1], KEYS[2], KEYS[7], KEYS[8], KEYS[9]
local ended = KEYS[12]
local incarnation, want, final_ttl = ARGV[1], tonumber(ARGV[2]), final_life(ARGV[3])
local t = now()

if not redis.call('ZSCORE', leases, incarnation) then
    return {'lost', t, -1, 0, {}}
end
local counter = redis.call('HMGET', meta, 'paused', 'run')
if counter[1] then
    return {'paused', t, -1, 0, {}}
end
-- An error after the first pop would lose what was popped: what is needed until the
-- names stand in running is looked at before.
if (tonumber(counter[2] or '0') or RUN_MAX) >= RUN_MAX then
    return redis.error_reply('ERR run of ' .. meta .. ' is no number of a run')
end
redis.call('HLEN', running)
local some_tries = redis.call('HLEN', tries) > 0
local fault = nil -- of a list that cannot be read

-- Pops up to a number of elements, higher priorities first.
local function pop(most)
    local got = {}
    for p = 6, 3, -1 do
        local some = redis.pcall('RPOP', KEYS[p], most - #got) or {}
        fault = fault or some.err and some
        for i = 1, #some do
            got[#got + 1] = some[i]
        end
        if #got == most then
            break
        end
    end
    return got
end

local function is_past(deadline)
    return deadline and deadline <= t
end

-- A cancelled job leaves its element behind. When it lives again (replayed, or made
-- anew under its name) and waits for a time, that element must not start it before.
-- Such a job has a try or a due time to come, so few are asked about.
local function waits(name, record, try)
    for k = 10, (try or (due_of(record) or 0) > t) and 11 or 9 do
        if type(redis.pcall('ZSCORE', KEYS[k], name)) == 'string' then
            return true
        end
    end
    return false
end

local taken, records, tokens, attempts = {}, {}, {}, {}
local expired = {}
local seen = {} -- a name may stand in the lists twice
local scanned = 0
local empty = false
-- Cancelled jobs leave their element behind; a bounded number is passed over.
while #taken < want and scanned < UNPACK_MAX and not empty do
    local elements = pop(want - #taken)
    if #elements == 0 then
        empty = true
        break
    end
    scanned = scanned + #elements
    local names, keys = {}, {}
    for i = 1, #elements do
        names[i] = string.sub(elements[i], 2)
        keys[i] = record_key(names[i])
    end
    local found = redis.call('MGET', unpack(keys))
    local held = redis.call('HMGET', running, unpack(names))
    local known = some_tries and redis.call('HMGET', tries, unpack(names)) or {}
    for i = 1, #names do
        if is_live(found[i]) and not held[i] and not seen[names[i]]
            and not waits(names[i], found[i], known[i]) then
            seen[names[i]] = true
            -- A job that has a try was started in time.
            if string.byte(elements[i]) == 63 and not known[i]
                and is_past(expires_of(found[i])) then
                expired[#expired + 1] = names[i]
                redis.call('SET', keys[i], final_head('E', NOBODY, t)
                    .. ending_of(parse_try(''), found[i]), 'PX', final_ttl)
            else
                taken[#taken + 1] = names[i]
                records[#records + 1] = found[i]
                attempts[#attempts + 1] = known[i] or ''
            end
        end
    end
end

local entries, run = {}, 0
if #taken > 0 then
    run = redis.call('HINCRBY', meta, 'run', #taken) - #taken + 1
    for i = 1, #taken do
        tokens[2 * i - 1] = taken[i]
        tokens[2 * i] = incarnation .. ':' .. string.format('%.0f', run + i - 1)
    end
    redis.call('HSET', running, unpack(tokens))
    for i = 1, #taken do
        entries[3 * i - 2] = taken[i]
        entries[3 * i - 1] = records[i]
        entries[3 * i] = attempts[i]
    end
end

if #expired > 0 then
    redis.call('LPUSH', ended, unpack(expired))
    redis.call('LTRIM', ended, 0, ENDED_KEPT - 1)
    count(meta, 'expired', #expired)
    tell(KEYS[13], expired)
end

if fault and #taken == 0 then
    return fault
end

local next_due = -1
if empty then
    for k = 10, 11 do
        local first = redis.call('ZRANGE', KEYS[k], 0, 0, 'WITHSCORES')[2]
        if first and (next_due < 0 or tonumber(first) < next_due) then
            next_due = math.min(tonumber(first), LATEST)
        end
    end
else
    for p = 6, 3, -1 do
        if redis.call('LLEN', KEYS[p]) > 0 then
            wake(meta, waking)
            break
        end
    end
end
return {'ok', t, next_due, run, entries}
