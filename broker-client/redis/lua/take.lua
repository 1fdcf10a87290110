#!lua flags=allow-oom
-- take.lua - give jobs to a worker: queued -> running (or expired, or cancelled).
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 running leases try due retry ended
--       waiters cancel
-- ARGV  incarnation, want (1-100), final_ttl_ms of jobs that end here: past their start
--       deadline, or asked to cancel while a run had them that reconcile gave back
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
local ended, marks = KEYS[12], KEYS[14]
local incarnation, want, final_ttl = ARGV[1], tonumber(ARGV[2]), final_life(ARGV[3])
local t = now()

if not redis.call('ZSCORE', leases, incarnation) then
    return {'lost', t, -1, 0, {}}
end
local counter = redis.call('HMGET', meta, 'paused', 'run', 'lanes')
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
local some_marks = redis.call('EXISTS', marks) == 1
local fault = nil -- of a list that cannot be read

local lanes = counter[3] and open_lanes(meta, t)
if lanes then
    lanes.check()
end

-- Pops up to a number of elements, higher priorities first.
local function pop(most, from, to)
    local got = {}
    for p = from, to, -1 do
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

local LANES_MAX = 200 -- that have a turn in one call
local OVER_MAX = 1000 -- jobs that end here before lanes have no more turns in this call

local function is_past(deadline)
    return deadline and deadline <= t
end

-- A cancelled job leaves its element behind. When it lives again (replayed, or made
-- anew under its name) and waits for a time, that element must not start it before.
-- Such a job has a try or a due time, so few are asked about.
local function waits(name, record, try)
    for k = 10, (try or due_of(record)) and 11 or 9 do
        if type(redis.pcall('ZSCORE', KEYS[k], name)) == 'string' then
            return true
        end
    end
    return false
end

local taken, records, tokens, attempts = {}, {}, {}, {}
local over, over_bytes, n_expired = {}, 0, 0
local seen = {} -- a name may stand in the lists twice
local scanned = 0

-- How a job ends that must not start. One that has a try was started in time.
local function end_of(name, record, try)
    if some_marks and redis.pcall('HEXISTS', marks, name) == 1 then
        return 'C'
    end
    return not try and is_past(expires_of(record)) and 'E' or nil
end

-- False: it is over.
local function accept(name, record, try)
    local letter = end_of(name, record, try)
    seen[name] = true
    if letter then
        over[#over + 1] = name
        over_bytes = over_bytes + #record
        n_expired = n_expired + (letter == 'E' and 1 or 0)
        write_end(name, letter, ending_of(parse_try(try), record), final_ttl, t)
        return false
    end
    taken[#taken + 1] = name
    records[#records + 1] = record
    attempts[#attempts + 1] = try or ''
    return true
end

local function may_go(name, record, holder, try)
    return is_live(record) and not holder and not seen[name] and not waits(name, record, try)
end

-- Takes from the lines of some priorities until so many are taken. Cancelled jobs leave
-- their element behind; a bounded number is passed over. False when the lines are empty.
local function take_lines(most, from, to)
    while #taken < most and scanned < UNPACK_MAX do
        local elements = pop(most - #taken, from, to)
        if #elements == 0 then
            return false
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
            if may_go(names[i], found[i], held[i], known[i])
                and not (lanes and lanes.park(names[i], found[i])) then
                accept(names[i], found[i], known[i])
            end
        end
    end
    return true
end

-- A job that must not start ends when its lane looks at it, turn or not.
local function look(name)
    local record = redis.call('GET', record_key(name))
    local try = redis.call('HGET', tries, name)
    if not may_go(name, record, redis.call('HGET', running, name), try) then
        return nil
    elseif end_of(name, record, try) then
        accept(name, record, try)
        return nil
    end
    return record
end

local tried = 0
local function take_lanes(most, priority)
    while #taken < most and tried < LANES_MAX and #over < OVER_MAX do
        local lane = lanes.next(priority)
        if not lane then
            return
        end
        tried = tried + 1
        local name, record = lanes.turn(lane, look)
        if name then
            accept(name, record, redis.call('HGET', tries, name))
        end
    end
end

-- Lines and lanes of a priority share what is left; who gets the odd one changes.
local function take_both()
    for p = 3, 0, -1 do
        local left = want - #taken
        local odd = (tonumber(counter[2] or '0') + #taken + 1) % 2
        local share = math.floor(left / 2) + left % 2 * odd
        take_lines(#taken + share, p + 3, p + 3)
        take_lanes(want, p)
        take_lines(want, p + 3, p + 3)
        take_lanes(want, p)
    end
end

local empty = false
if lanes then
    take_both()
else
    empty = not take_lines(want, 6, 3)
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

if #over > 0 then
    redis.call('LPUSH', ended, unpack(over))
    redis.call('LTRIM', ended, 0, ENDED_KEPT - 1)
    redis.call('HDEL', tries, unpack(over))
    count(meta, 'expired', n_expired)
    if #over > n_expired then
        redis.call('HDEL', marks, unpack(over))
        count(meta, 'cancelled', #over - n_expired)
    end
    add_room(meta, -#over, -over_bytes)
    let_go(over)
    tell(KEYS[13], over)
end
let_go(taken, 's')

if fault and #taken == 0 then
    return fault
end

local function any_ready()
    for p = 6, 3, -1 do
        if redis.call('LLEN', KEYS[p]) > 0 then
            return true
        end
    end
    return lanes and lanes.any()
end

local next_due = -1
if not empty and any_ready() then
    wake(meta, waking)
    return {'ok', t, next_due, run, entries}
end
local times = {redis.call('ZRANGE', KEYS[10], 0, 0, 'WITHSCORES')[2],
    redis.call('ZRANGE', KEYS[11], 0, 0, 'WITHSCORES')[2], lanes and lanes.next_refill() or nil}
for k = 1, 3 do
    local at = tonumber(times[k] or '')
    if at and (next_due < 0 or at < next_due) then
        next_due = math.min(at, LATEST)
    end
end
return {'ok', t, next_due, run, entries}
