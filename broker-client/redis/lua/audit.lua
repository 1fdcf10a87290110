#!lua flags=allow-oom
-- audit.lua - all that is known of some jobs, in one moment: does it fit together? Mends it
-- when asked to. What each fault means is told in broker-client/fault.h.
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 running leases dead try due retry failed
--       ended cancel progress waiters fired
-- ARGV  how: 1 mend, 2 look through the lines also for jobs that are in a set, 4 is
--       there a wake token; then 1-100 names: of a job, '' for the queue itself,
--       'inbox:<incarnation>' for the messages to a worker; of keys, when KEYS have the
--       tag of the namespace
-- Returns {now, n x (name, fault, where, detail, 1 mended / 0)} flat
-- Twice What was mended is not found again.

local LOST, TWICE, NO_RECORD, NOT_LIVE, NOT_FAILED, NO_LEASE = 1, 2, 3, 4, 5, 6
local NO_LIFE, REMAINS, DAMAGED, WAKE, FLAG, VANISHES, TYPE = 7, 8, 9, 10, 11, 12, 13
local FIGURE, TWO_LEASES = 14, 15
local TYPES = {'hash', 'list', 'list', 'list', 'list', 'list', 'hash', 'zset', 'zset', 'hash',
    'zset', 'zset', 'zset', 'list', 'hash', 'hash', 'hash', 'hash'}
local FIGURES = {'run', 'tick', 'paused', 'draining', 'enqueued', 'succeeded', 'failed',
    'cancelled', 'expired', 'retried', 'snoozed', 'released', 'recovered', 'replayed', 'purged',
    'jobs', 'bytes', 'weighed', 'turn', 'max_jobs', 'max_bytes'}
-- Other keys of fixed names, of queues with limits or unique jobs.
local MORE = {limits = 'hash', lanes = 'zset', ring = 'zset', refill = 'zset', holds = 'hash',
    holding = 'set', uniques = 'hash', flash = 'hash'}
local RUN_MAX = 2 ^ 53
local LIFE = 604800000 -- of what had none and what is put aside: 7 days
local SHORT_LIFE = 60000 -- of messages and of who waits

local meta, waking, running, leases, dead = KEYS[1], KEYS[2], KEYS[7], KEYS[8], KEYS[9]
local tries, due, retry, failed = KEYS[10], KEYS[11], KEYS[12], KEYS[13]
local cancelled, progress, waiters, fired = KEYS[15], KEYS[16], KEYS[17], KEYS[18]
local how = tonumber(ARGV[1])
local mending, whole, waking_too = how % 2 == 1, how % 4 >= 2, how >= 4
local t = now()
local reply = {t}
local woken = false

local sound = {} -- fixed keys that have the type they should have
for i = 1, #KEYS do
    local kind = redis.call('TYPE', KEYS[i]).ok
    sound[KEYS[i]] = kind == 'none' or kind == TYPES[i]
end

for word, kind in pairs(is_space and {} or MORE) do
    local key = tag .. ':' .. word
    local is = redis.call('TYPE', key).ok
    sound[key] = is == 'none' or is == kind
end
local all_sound = true
for _, is in pairs(sound) do
    all_sound = all_sound and is
end
-- Lanes are looked at when all keys are what they should be: mend these first.
local lanes = not is_space and all_sound and redis.call('HEXISTS', meta, 'lanes') == 1
    and open_lanes(meta, t)

local function word_of(key)
    return string.sub(key, #tag + 2)
end

local function found(name, fault, where, detail, mended)
    for _, value in ipairs({name, fault, where, detail, mended and 1 or 0}) do
        reply[#reply + 1] = value
    end
end

-- A key of a wrong type is as good as none, until it is put aside.
local function ask(command, key, ...)
    return sound[key] and redis.call(command, key, ...)
end

local function put_aside(key)
    local aside = tag .. ':aside:' .. word_of(key)
    redis.call('RENAME', key, aside)
    redis.call('PEXPIRE', aside, LIFE)
    sound[key] = true
end

-- ---- the queue itself ----

local function is_figure(text)
    return string.find(text, '^%d+$') and tonumber(text) < RUN_MAX
end

-- Planned times lie behind: one to come was marked while the clock was wrong, and nothing
-- fires until then.
local function is_mark(text)
    return is_figure(text) and tonumber(text) <= t + CLOCK_SLACK
end

local function audit_figures()
    for _, field in ipairs(FIGURES) do
        local text = ask('HGET', meta, field)
        if text and not is_figure(text) then
            if mending and field == 'tick' then
                redis.call('HDEL', meta, field)
            elseif mending then -- a run from the time on is one that was never used
                local is_total = field ~= 'run' and field ~= 'paused' and field ~= 'draining'
                redis.call('HSET', meta, field, is_total and '0' or string.format('%.0f', t))
            end
            found('', FIGURE, 'meta', field, mending)
        end
    end
    local planned = ask('HGETALL', fired) or {}
    for i = 1, #planned, 2 do
        if not is_mark(planned[i + 1]) then
            if mending then
                redis.call('HSET', fired, planned[i], string.format('%.0f', t))
            end
            found('', FIGURE, 'fired', planned[i], mending)
        end
    end
end

-- A number that is given again would make two runs that look alike.
local function audit_run()
    local last = tonumber(ask('HGET', meta, 'run') or '0') or RUN_MAX
    local tokens = ask('HVALS', running) or {}
    for i = 1, #tokens do
        local run = tonumber(string.match(tokens[i], ':(%d+)$') or '0')
        if run > last then
            if mending and sound[meta] then
                redis.call('HSET', meta, 'run', string.format('%.0f', math.max(t, run)))
            end
            found('', FIGURE, 'meta', 'run', mending and sound[meta])
            return
        end
    end
end

local function audit_token()
    local length = ask('LLEN', waking) or 0
    if length > 1 then
        if mending then
            redis.call('LTRIM', waking, 0, 0)
        end
        found('', WAKE, 'wake', length .. ' tokens', mending)
    end
    if not waking_too or length > 0 or not sound[waking] or not sound[meta]
        or redis.call('HEXISTS', meta, 'paused') == 1 then
        return
    end
    local waiting = lanes and lanes.any()
    for k = 3, 6 do
        if waiting or (ask('LLEN', KEYS[k]) or 0) > 0 then
            woken = mending
            found('', WAKE, 'wake', 'no token since run ' .. (ask('HGET', meta, 'run') or '0'),
                mending)
            return
        end
    end
end

local function audit_queue()
    for i = 1, #KEYS do
        if not sound[KEYS[i]] then
            local kind = redis.call('TYPE', KEYS[i]).ok
            if mending then
                put_aside(KEYS[i])
            end
            found('', TYPE, word_of(KEYS[i]), kind .. ', not ' .. TYPES[i], mending)
        end
    end
    for word, kind in pairs(MORE) do
        local key = tag .. ':' .. word
        if not sound[key] then
            local is = redis.call('TYPE', key).ok
            if mending then
                put_aside(key)
            end
            found('', TYPE, word, is .. ', not ' .. kind, mending)
        end
    end
    audit_figures()
    audit_run()
    audit_token()
    for _, incarnation in ipairs(ask('ZRANGE', dead, 0, -1) or {}) do
        if ask('ZSCORE', leases, incarnation) then
            if mending then
                redis.call('ZREM', dead, incarnation)
            end
            found('', TWO_LEASES, 'leases dead', incarnation, mending)
        end
    end
    if sound[waiters] and redis.call('PTTL', waiters) == -1 then
        if mending then
            redis.call('PEXPIRE', waiters, SHORT_LIFE)
        end
        found('', NO_LIFE, 'waiters', '', mending)
    end
end

-- A key of its own that should have a type and a life (nil: none).
local function audit_key(name, key, wanted, life)
    local kind = redis.call('TYPE', key).ok
    if kind ~= 'none' and kind ~= wanted then
        if mending then
            put_aside(key)
        end
        found(name, TYPE, word_of(key), kind .. ', not ' .. wanted, mending)
    elseif life and redis.call('PTTL', key) == -1 then
        if mending then
            redis.call('PEXPIRE', key, life)
        end
        found(name, NO_LIFE, word_of(key), '', mending)
    end
end

-- ---- the lines ----

local function scan_line(key, name, places)
    for from = 0, redis.call('LLEN', key) - 1, UNPACK_MAX do
        local page = redis.call('LRANGE', key, from, from + UNPACK_MAX - 1)
        for i = 1, #page do
            if string.sub(page[i], 2) == name then
                places[#places + 1] = {key = key, element = page[i], index = from + i - 1}
            end
        end
    end
end

-- Where a name stands in the lines, the back of each first. An element with a flag that
-- nobody knows is looked for only in those who are said to be in line.
local function places_of(name)
    local places = {}
    for k = 3, 6 do
        for _, flag in ipairs({'.', '?'}) do
            for _, index in ipairs(ask('LPOS', KEYS[k], flag .. name, 'COUNT', 0) or {}) do
                places[#places + 1] = {key = KEYS[k], element = flag .. name, index = index}
            end
        end
    end
    for k = 3, 6 do
        if whole and #places == 0 and sound[KEYS[k]] then
            scan_line(KEYS[k], name, places)
        end
    end
    return places
end

local function leave_lines(places)
    for _, place in ipairs(places) do
        redis.call('LREM', place.key, 0, place.element)
    end
end

-- To the front, like a job that recover gives back; or to its time, when that is still to
-- come. False when the key for it is of a wrong type.
local function line_up(name, head)
    local line = KEYS[3 + lib().priority_of(head)]
    if string.byte(head, 3) % 8 >= 4 and not ask('HGET', tries, name) then
        local at = struct.unpack('<i8', redis.call('GETRANGE', record_key(name), 11, 18))
        if at > t then
            woken = woken or sound[due]
            return sound[due] and redis.call('ZADD', due, at, name)
        end
    end
    woken = woken or sound[line]
    return sound[line] and redis.call('RPUSH', line, lib().element_of(name, head))
end

local function words_of(places)
    local words = {}
    for i = 1, #places do
        words[i] = word_of(places[i].key)
    end
    return table.concat(words, ' ')
end

-- One element of the wrong kind: mended where it stands, if it is in the right line.
local function mend_element(name, head, place)
    if place.key == KEYS[3 + lib().priority_of(head)] then
        redis.call('LSET', place.key, place.index, lib().element_of(name, head))
        return true
    end
    leave_lines({place})
    return line_up(name, head)
end

-- A job in a lane: its lane must get a turn, and it must not stand in a line too.
local function audit_parked(name, front)
    local lane = lib().lane_of(front)
    if not redis.call('ZSCORE', tag .. ':ring', lane) and not lanes.is_held(lane) then
        if mending then
            lanes.enter_ring(lane)
            woken = true
        end
        found(name, LOST, 'lanes', 'its lane gets no turn', mending)
    end
    local places = whole and places_of(name) or {}
    if #places > 0 then
        if mending then
            leave_lines(places)
        end
        found(name, TWICE, 'lanes ' .. words_of(places), 'lanes counts', mending)
    end
end

local function audit_lines(name, head)
    local line, element = KEYS[3 + lib().priority_of(head)], lib().element_of(name, head)
    local front = lanes and redis.call('GETRANGE', record_key(name), 0, FRONT)
    if front and lanes.is_parked(name, front) then
        audit_parked(name, front)
        return
    end
    if not whole and ask('LPOS', line, element) then
        return
    end
    local places = places_of(name)
    local right, wrong = 0, {}
    for _, place in ipairs(places) do
        if place.key == line and place.element == element then
            right = right + 1
        else
            wrong[#wrong + 1] = place
        end
    end
    if #places == 0 then
        found(name, LOST, 'j', '', mending and line_up(name, head))
    elseif #places > 1 then
        if mending then
            leave_lines(wrong)
            if right > 1 then
                redis.call('LREM', line, right - 1, element)
            elseif right == 0 then
                line_up(name, head)
            end
        end
        found(name, TWICE, words_of(places), word_of(line) .. ' counts', mending)
    elseif right == 0 then
        local detail = places[1].element == element and 'belongs to ' .. word_of(line)
            or 'flag ' .. string.sub(places[1].element, 1, 1) .. ', not '
                .. string.sub(element, 1, 1)
        found(name, FLAG, words_of(places), detail, mending and mend_element(name, head, places[1]))
    end
end

-- ---- a job ----

local function owner_of(token)
    return token and string.match(token, '^(.+):%d+$')
end

-- Notes about a job that is none, or over, or does not run.
local function audit_remains(name, keys)
    local where = {}
    for _, key in ipairs(keys) do
        if ask('HGET', key, name) then
            where[#where + 1] = word_of(key)
            if mending then
                redis.call('HDEL', key, name)
            end
        end
    end
    if #where > 0 then
        found(name, REMAINS, table.concat(where, ' '), '', mending)
    end
end

-- In these a job stands that has no record, or has ended.
local function leave_places(name, fault)
    local where = {}
    for _, key in ipairs({running, due, retry}) do
        local is_hash = key == running
        if ask(is_hash and 'HGET' or 'ZSCORE', key, name) then
            where[#where + 1] = word_of(key)
            if mending then
                redis.call(is_hash and 'HDEL' or 'ZREM', key, name)
            end
        end
    end
    if #where > 0 then
        found(name, fault, table.concat(where, ' '), '', mending)
    end
end

-- A run under a living lease is left: its worker knows the job and will write its end. The
-- record of a dead letter may run out before it is trimmed.
local function audit_absent(name)
    local owner = owner_of(ask('HGET', running, name))
    if owner and ask('ZSCORE', leases, owner) then
        found(name, NO_RECORD, 'running', 'its worker is alive', false)
        return
    end
    leave_places(name, NO_RECORD)
    local ended = ask('ZSCORE', failed, name)
    if ended and t - tonumber(ended) < FINAL_LIFE_MIN then
        if mending then
            redis.call('ZREM', failed, name)
        end
        found(name, NO_RECORD, 'failed', '', mending)
    end
    audit_remains(name, {tries, cancelled, progress})
end

local function audit_ended(name, key, letter)
    leave_places(name, NOT_LIVE)
    local is_failed, stands = letter == 70, ask('ZSCORE', failed, name)
    if sound[failed] and is_failed ~= (stands and true or false) then
        if mending and is_failed then
            local at = struct.unpack('<i8', redis.call('GETRANGE', key, 3, 10))
            redis.call('ZADD', failed, at, name)
        elseif mending then
            redis.call('ZREM', failed, name)
        end
        found(name, NOT_FAILED, 'failed', is_failed and 'missing' or 'too much', mending)
    end
    if redis.call('PTTL', key) == -1 then
        if mending then
            redis.call('PEXPIRE', key, LIFE)
        end
        found(name, NO_LIFE, 'j', '', mending)
    end
    audit_remains(name, {tries, cancelled, progress})
end

-- A run whose worker nobody would look for.
local function audit_lease(name, head, token)
    local owner = owner_of(token)
    local mended = mending
    if mending and owner then
        redis.call('ZADD', dead, 'NX', t, owner)
    elseif mending then
        redis.call('HDEL', running, name)
        mended = line_up(name, head)
    end
    found(name, NO_LEASE, 'running', owner or 'the run has no owner', mended)
end

-- A job must be in one place. A run that somebody holds wins, then a time to come (the later
-- one: nothing starts too early), then the line.
local function audit_places(name, head)
    local token, at_due = ask('HGET', running, name), ask('ZSCORE', due, name)
    local at_retry, owner = ask('ZSCORE', retry, name), owner_of(ask('HGET', running, name))
    local unknown = not sound[leases] or not sound[dead]
    local held = token and (unknown
        or owner and (ask('ZSCORE', leases, owner) or ask('ZSCORE', dead, owner)))
    local others = (token or at_due or at_retry) and whole and places_of(name) or {}
    local n = (token and 1 or 0) + (at_due and 1 or 0) + (at_retry and 1 or 0)
    if n == 0 then
        audit_lines(name, head)
        return
    elseif n + #others == 1 then
        if token and not held then
            audit_lease(name, head, token)
        end
        return
    end
    local counts = held and running or at_due and (not at_retry
        or tonumber(at_due) > tonumber(at_retry)) and due or at_retry and retry
    local where = {}
    for key, stands in pairs({[running] = token, [due] = at_due, [retry] = at_retry}) do
        if stands then
            where[#where + 1] = word_of(key)
        end
        if stands and key ~= counts and mending then
            redis.call(key == running and 'HDEL' or 'ZREM', key, name)
        end
    end
    table.sort(where)
    for _, place in ipairs(others) do
        where[#where + 1] = word_of(place.key)
    end
    if mending and counts then
        leave_lines(others)
    end
    found(name, TWICE, table.concat(where, ' '),
        (counts and word_of(counts) or 'the line') .. ' counts', mending)
    if not counts and mending then
        audit_lines(name, head)
    end
end

local function audit_live(name, key)
    if redis.call('PTTL', key) >= 0 then
        if mending then
            redis.call('PERSIST', key)
        end
        found(name, VANISHES, 'j', '', mending)
    end
    if ask('ZSCORE', failed, name) then
        if mending then
            redis.call('ZREM', failed, name)
        end
        found(name, NOT_FAILED, 'failed', 'too much', mending)
    end
    local try = ask('HGET', tries, name)
    if try and not string.find(try, '^%d+ %d+ %d+ %S+\n') then
        if mending then
            redis.call('HDEL', tries, name)
        end
        found(name, REMAINS, 'try', 'it cannot be read', mending)
    end
    audit_places(name, redis.call('GETRANGE', key, 0, 2))
    if sound[running] and not ask('HGET', running, name) then
        audit_remains(name, {progress})
    end
end

-- What is left of a job in the books of lanes and unique jobs.
local function audit_books(name, live)
    local front = live and lanes and redis.call('GETRANGE', record_key(name), 0, FRONT)
    if lanes and redis.call('HEXISTS', tag .. ':holds', name) == 1
        and not redis.call('HGET', running, name) then
        if mending then
            lanes.release({name})
            woken = woken or lanes.woken
        end
        found(name, REMAINS, 'holds', '', mending)
    end
    if front and lanes.is_parked(name, front) and (redis.call('HGET', running, name)
        or redis.call('ZSCORE', due, name) or redis.call('ZSCORE', retry, name)) then
        if mending then
            lanes.remove(name, front)
        end
        found(name, TWICE, 'lanes', 'the other place counts', mending)
    end
    if not live and ask('HGET', tag .. ':uniques', name) then
        if mending then
            lib().let_go({name})
        end
        found(name, REMAINS, 'uniques', '', mending)
    end
end

local function audit_job(name)
    local key = record_key(name)
    if redis.call('EXISTS', key) == 0 then
        audit_absent(name)
    else
        local fault, letter = record_fault(key)
        if fault then
            found(name, DAMAGED, 'j', fault, false)
        elseif letter == LIVE then
            audit_live(name, key)
        else
            audit_ended(name, key, letter)
        end
    end
    if redis.call('EXISTS', key) == 0 or not record_fault(key) then
        audit_books(name, is_live(redis.call('GETRANGE', key, 0, 2)))
    end
    audit_key(name, tag .. ':log:' .. name, 'string', LIFE)
end

-- A new version: whoever leads reads it again.
local function audit_planned(word)
    local odd = odd_planned(word, t)
    local rev = tag .. ':schedules:rev'
    local revision = string.format('%.0f', figure_of(redis.pcall('GET', rev)) + 1)
    for i = 1, #odd, 2 do
        if mending then
            redis.call('HSET', tag .. ':' .. word, odd[i], odd[i + 1] .. revision)
            redis.call('SET', rev, revision)
        end
        found(word, FIGURE, word, odd[i], mending)
    end
end

local function audit_space(word)
    local wanted, ends = space_type(word)
    if wanted then
        audit_key(word, tag .. ':' .. word, wanted, ends and SHORT_LIFE)
        audit_planned(word)
        if is_left_over(word) and redis.call('EXISTS', tag .. ':' .. word) == 1 then
            if mending then
                redis.call('UNLINK', tag .. ':' .. word)
            end
            found(word, REMAINS, word, '', mending)
        end
    end
end

for i = 2, #ARGV do
    local name = ARGV[i]
    local incarnation = string.match(name, '^inbox:(.*)$')
    if is_space then
        audit_space(name)
    elseif name == '' then
        audit_queue()
    elseif incarnation then
        audit_key(name, tag .. ':' .. name, 'list', SHORT_LIFE)
    else
        audit_job(name)
    end
end
if woken and sound[meta] and sound[waking] then
    lib().wake(meta, waking)
end
return reply
