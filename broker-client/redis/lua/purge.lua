#!lua flags=allow-oom
-- purge.lua - remove jobs that wait, and all that is known of them.
--
-- KEYS  meta ready0 ready1 ready2 ready3 running due retry try cancel
-- ARGV  state letter: q queued, s scheduled, t retrying; before_ms: only jobs that
--       were enqueued until then
-- Returns {now, purged, more}: more 1: call again with the same arguments
-- Twice The second goes on where the first ended.
-- A call removes at most 500 jobs and looks at 5,000. Newer ones stay where they
-- are; how many were passed over is kept for a minute, for the next call. Elements of
-- jobs that are not live, or stand somewhere else too, go without being counted.

local PURGE_MAX, LOOK_MAX, CHUNK, CURSOR_LIFE = 500, 5000, 500, 60000
local MARK = '!' -- no element looks like this
local meta, running, due, retry = KEYS[1], KEYS[6], KEYS[7], KEYS[8]
local letter, before = ARGV[1], tonumber(ARGV[2])
local t = now()

local cursor = tag .. ':purge:' .. letter .. ':' .. ARGV[2]
local passed = tonumber(redis.call('GET', cursor) or '0')
local looked, finished = 0, false
local seen, victims = {}, {}

local function stands_elsewhere(name)
    if redis.call('HEXISTS', running, name) == 1 then
        return true
    end
    return letter == 'q'
        and (redis.call('ZSCORE', due, name) or redis.call('ZSCORE', retry, name))
end

-- False: the entry stays.
local function goes(name)
    local head = redis.call('GETRANGE', record_key(name), 0, 10)
    looked = looked + 1
    local live = #head == HEAD and is_live(head)
    if live and lib().time_at(head, 4) > before then
        passed = passed + 1
        return false
    end
    if live and not seen[name] and not stands_elsewhere(name) then
        seen[name] = true
        victims[#victims + 1] = name
    end
    return true
end

local function is_enough()
    return looked >= LOOK_MAX or #victims >= PURGE_MAX
end

-- Indexes of a list, from its taking end on, whose elements go. skip: elements there
-- that an earlier call has passed over. The second value: the list has been seen whole.
local function search_list(key, length, skip)
    local found = {}
    local at = skip
    while at < length do
        local some = redis.call('LRANGE', key, -(at + CHUNK), -(at + 1))
        for i = #some, 1, -1 do
            if is_enough() then
                return found, false
            end
            at = at + 1
            if goes(string.sub(some[i], 2)) then
                found[#found + 1] = -at
            end
        end
    end
    return found, true
end

local function search_lists()
    local found = {}
    local skip = passed
    for p = 5, 2, -1 do
        local length = redis.call('LLEN', KEYS[p])
        local whole = true
        if skip < length then
            found[p], whole = search_list(KEYS[p], length, skip)
        end
        skip = math.max(0, skip - length)
        if not whole then
            return found, false
        end
    end
    return found, true
end

-- Members of a sorted set that go, from one on; name_of tells whose each is.
local function search_set(key, at, name_of)
    local found = {}
    while true do
        local some = redis.call('ZRANGE', key, at, at + CHUNK - 1)
        if #some == 0 then
            return found, true
        end
        for i = 1, #some do
            if is_enough() then
                return found, false
            end
            if goes(name_of(some[i])) then
                found[#found + 1] = some[i]
            end
        end
        at = at + #some
    end
end

-- The lanes follow the lines.
local function search_lanes()
    local before_them = 0
    for p = 2, 5 do
        before_them = before_them + redis.call('LLEN', KEYS[p])
    end
    return search_set(tag .. ':lanes', math.max(0, passed - before_them), lib().parked_name)
end

local function itself(name)
    return name
end

local function in_chunks(names, command, ...)
    for i = 1, #names, CHUNK do
        local words = {...}
        for k = i, math.min(i + CHUNK - 1, #names) do
            words[#words + 1] = names[k]
        end
        redis.call(command, unpack(words))
    end
end

local found
if letter == 'q' then
    found, finished = search_lists()
    for p, indexes in pairs(found) do
        for _, index in ipairs(indexes) do
            redis.call('LSET', KEYS[p], index, MARK)
        end
        if #indexes > 0 then
            redis.call('LREM', KEYS[p], -#indexes, MARK)
        end
    end
    if finished then
        local parked
        parked, finished = search_lanes()
        in_chunks(parked, 'ZREM', tag .. ':lanes')
    end
else
    local set = letter == 's' and due or retry
    found, finished = search_set(set, passed, itself)
    in_chunks(found, 'ZREM', set)
end
if #victims > 0 then
    local keys = {}
    local bytes = 0
    for i = 1, #victims do
        bytes = bytes + redis.call('STRLEN', record_key(victims[i]))
        keys[2 * i - 1] = record_key(victims[i])
        keys[2 * i] = tag .. ':log:' .. victims[i]
    end
    redis.call('UNLINK', unpack(keys))
    redis.call('HDEL', KEYS[9], unpack(victims))
    redis.call('HDEL', KEYS[10], unpack(victims))
    lib().let_go(victims)
    lib().add_room(meta, -#victims, -bytes)
    lib().count(meta, 'purged', #victims)
    lib().tell(victims)
end
if finished then
    redis.call('DEL', cursor)
else
    redis.call('SET', cursor, string.format('%.0f', passed), 'PX', CURSOR_LIFE)
end
return {t, #victims, finished and 0 or 1}
