#!lua flags=allow-oom
-- take.lua - give jobs to a worker: queued -> running (or expired, or cancelled).
--
-- KEYS  meta
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
-- Redis keeps a small hash as a list and searches it from its front, by default up to 512
-- fields, until one of them is over 64 bytes. With more runs than this it shall be a table.
local SEARCHED = 16
local LONG = string.rep('.', 65)
local meta, running, tries, marks = KEYS[1], tag .. ':running', tag .. ':try', tag .. ':cancel'
local uniques = tag .. ':uniques'
local lines = {[0] = tag .. ':ready:0', tag .. ':ready:1', tag .. ':ready:2', tag .. ':ready:3'}
local incarnation, want, final_ttl = ARGV[1], tonumber(ARGV[2]), final_life(ARGV[3])
local t = now()

if not redis.call('ZSCORE', tag .. ':leases', incarnation) then
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
local n_running = redis.call('HLEN', running)
-- Most queues have none of these just now: one question for all of them.
local noted = redis.call('EXISTS', tries, marks, uniques) > 0
local some_tries = noted and redis.call('HLEN', tries) > 0
local some_marks = noted and redis.call('EXISTS', marks) == 1
local fault = nil -- of a list that cannot be read

local lanes = counter[3] and open_lanes(meta, t)
if lanes then
    lanes.check()
end

-- Pops up to a number of elements of one line. True: there are no more.
local function pop_line(got, most, p)
    local some = redis.pcall('RPOP', lines[p], most - #got) or {}
    fault = fault or some.err and some
    for i = 1, #some do
        got[#got + 1] = some[i]
    end
    return #got < most
end

-- The same of all lines, higher priorities first.
local function pop_all(got, most)
    while #got < most do
        local some = redis.pcall('LMPOP', 4, lines[3], lines[2], lines[1], lines[0], 'RIGHT',
            'COUNT', most - #got)
        if not some then
            return true
        elseif some.err then
            return pop_line(got, most, 3) and pop_line(got, most, 2) and pop_line(got, most, 1)
                and pop_line(got, most, 0)
        end
        for i = 1, #some[2] do
            got[#got + 1] = some[2][i]
        end
    end
    return false
end

local LANES_MAX = 200 -- that have a turn in one call
local OVER_MAX = 1000 -- jobs that end here before lanes have no more turns in this call

-- A cancelled job leaves its element behind. When it lives again (replayed, or made
-- anew under its name) and waits for a time, that element must not start it before.
-- Such a job has a try or a due time, so few are asked about.
local function waits(name)
    return type(redis.pcall('ZSCORE', tag .. ':due', name)) == 'string'
        or type(redis.pcall('ZSCORE', tag .. ':retry', name)) == 'string'
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
    local deadline = not try and flags_of(record) >= 8 and lib().expires_of(record)
    return deadline and deadline <= t and 'E' or nil
end

-- False: it is over.
local function accept(name, record, try)
    local letter = end_of(name, record, try)
    seen[name] = true
    if letter then
        over[#over + 1] = name
        over_bytes = over_bytes + #record
        n_expired = n_expired + (letter == 'E' and 1 or 0)
        lib().write_end(name, letter, lib().ending_of(lib().parse_try(try), record), final_ttl, t)
        return false
    end
    taken[#taken + 1] = name
    records[#records + 1] = record
    attempts[#attempts + 1] = try or ''
    return true
end

local function may_go(name, record, holder, try)
    return is_live(record) and not holder and not seen[name]
        and not ((try or flags_of(record) % 8 >= 4) and waits(name))
end

local function take_elements(elements)
    local names, keys = {}, {}
    for i = 1, #elements do
        names[i] = string.sub(elements[i], 2)
        keys[i] = record_key(names[i])
    end
    local found = redis.call('MGET', unpack(keys))
    local held = n_running > 0 and redis.call('HMGET', running, unpack(names)) or {}
    local known = some_tries and redis.call('HMGET', tries, unpack(names)) or {}
    for i = 1, #names do
        if may_go(names[i], found[i], held[i], known[i])
            and not (lanes and lanes.park(names[i], found[i])) then
            accept(names[i], found[i], known[i])
        end
    end
end

-- Takes from one line, or from all, until so many are taken. Cancelled jobs leave their
-- element behind; a bounded number is passed over. True: there are no more elements.
local function take_lines(most, p)
    local dry = false
    while not dry and #taken < most and scanned < UNPACK_MAX do
        local elements = {}
        if p then
            dry = pop_line(elements, most - #taken, p)
        else
            dry = pop_all(elements, most - #taken)
        end
        scanned = scanned + #elements
        if #elements > 0 then
            take_elements(elements)
        end
    end
    return dry
end

local empty = false
if not lanes then
    empty = take_lines(want)
else
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
            take_lines(#taken + share, p)
            take_lanes(want, p)
            take_lines(want, p)
            take_lanes(want, p)
        end
    end

    take_both()
end

local entries, run = {}, 0
if #taken > 0 then
    run = redis.call('HINCRBY', meta, 'run', #taken) - #taken + 1
    for i = 1, #taken do
        tokens[2 * i - 1] = taken[i]
        tokens[2 * i] = incarnation .. ':' .. string.format('%d', run + i - 1)
    end
    if n_running < SEARCHED and n_running + #taken >= SEARCHED then
        redis.call('HSET', running, '', LONG, unpack(tokens))
        redis.call('HDEL', running, '')
    else
        redis.call('HSET', running, unpack(tokens))
    end
    for i = 1, #taken do
        entries[3 * i - 2] = taken[i]
        entries[3 * i - 1] = records[i]
        entries[3 * i] = attempts[i]
    end
end

if #over > 0 then
    add_ended(over)
    redis.call('HDEL', tries, unpack(over))
    lib().count(meta, 'expired', n_expired)
    if #over > n_expired then
        redis.call('HDEL', marks, unpack(over))
        lib().count(meta, 'cancelled', #over - n_expired)
    end
    lib().add_room(meta, -#over, -over_bytes)
    lib().let_go(over)
    lib().tell(over)
    empty = not lib().follow_up(meta, t) and empty
end
if noted then
    lib().let_go(taken, 's')
end

if fault and #taken == 0 then
    return fault
end

local next_due = -1
local is_left = not empty and (redis.call('EXISTS', lines[0], lines[1], lines[2], lines[3]) > 0
    or lanes and lanes.any())
if is_left then
    put_token(tag .. ':wake')
    return {'ok', t, next_due, run, entries}
end
local times = {redis.call('ZRANGE', tag .. ':due', 0, 0, 'WITHSCORES')[2],
    redis.call('ZRANGE', tag .. ':retry', 0, 0, 'WITHSCORES')[2],
    lanes and lanes.next_refill() or nil}
for k = 1, 3 do
    local at = tonumber(times[k] or '')
    if at and (next_due < 0 or at < next_due) then
        next_due = math.min(at, LATEST)
    end
end
return {'ok', t, next_due, run, entries}
