#!lua
-- enqueue.lua - make jobs: nothing -> queued | scheduled.
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 due fired
-- ARGV  n, then 7 for each of n <= 450 jobs:
--       name, priority 0-3 (4 more: a follow-up), due, expires, body, schedule,
--       planned
--       due and expires: '' none, '+ms' from now, 'ms' Unix time
--       schedule, planned: '' or the schedule and its planned time in ms
-- Returns {now, code, ...}: 1 made, 0 the id exists, 2 this planned time (or a
--       later one) was fired before, 3 the queue is draining and takes follow-ups only
-- Twice Everything exists (or was fired) the second time; nothing changes, and a
--       finished job is not revived.
-- No allow-oom: a full Redis refuses new jobs and goes on draining.

local meta, waking, due_key, fired = KEYS[1], KEYS[2], KEYS[7], KEYS[8]
local t = now()
local n = tonumber(ARGV[1])

local function at(text)
    if text == '' then
        return nil
    elseif string.byte(text) == 43 then
        return t + tonumber(string.sub(text, 2))
    end
    return tonumber(text)
end

local keys = {}
for i = 1, n do
    keys[i] = record_key(ARGV[7 * i - 5])
end
local some_exist = redis.call('EXISTS', unpack(keys)) > 0
local gate = redis.call('HMGET', meta, 'paused', 'draining')
local paused, draining = gate[1], gate[2]

local reply = {t}
local seen = {}
local planned_of = {}
local records = {}
local lines = {{}, {}, {}, {}}
local delayed = {}
local made = 0

for i = 1, n do
    local base = 7 * i - 5
    local name, schedule, planned = ARGV[base], ARGV[base + 5], tonumber(ARGV[base + 6])
    local priority = tonumber(ARGV[base + 1])
    local follows = priority >= 4
    local code = draining and not follows and 3 or 1
    if seen[name] or (some_exist and redis.call('EXISTS', keys[i]) == 1) then
        code = 0
    elseif schedule ~= '' then
        local last = planned_of[schedule] or tonumber(redis.call('HGET', fired, schedule) or '-1')
        if planned <= last then
            code = 2
        elseif code == 1 then
            planned_of[schedule] = planned
        end
    end
    reply[i + 1] = code
    if code == 1 then
        seen[name] = true
        made = made + 1
        priority = priority % 4
        local due, expires = at(ARGV[base + 2]), at(ARGV[base + 3])
        local flags = priority
        local times = ''
        if due then
            flags = flags + 4
            times = struct.pack('<i8', due)
        end
        if expires then
            flags = flags + 8
            times = times .. struct.pack('<i8', expires)
        end
        records[#records + 1] = keys[i]
        records[#records + 1] = struct.pack('<BBBi8', 1, LIVE, flags, t) .. times .. ARGV[base + 4]
        if due and due > t then
            delayed[#delayed + 1] = due
            delayed[#delayed + 1] = name
        else
            local line = lines[priority + 1]
            line[#line + 1] = (expires and '?' or '.') .. name
        end
    end
end

if made == 0 then
    return reply
end
redis.call('MSET', unpack(records))
for schedule, planned in pairs(planned_of) do
    redis.call('HSET', fired, schedule, string.format('%.0f', planned))
end
count(meta, 'enqueued', made)
local waken = false
for p = 1, 4 do
    if #lines[p] > 0 and redis.call('LPUSH', KEYS[2 + p], unpack(lines[p])) == #lines[p] then
        waken = true
    end
end
if #delayed > 0 then
    local first = redis.call('ZRANGE', due_key, 0, 0, 'WITHSCORES')[2]
    redis.call('ZADD', due_key, unpack(delayed))
    local earliest = redis.call('ZRANGE', due_key, 0, 0, 'WITHSCORES')[2]
    waken = waken or not first or tonumber(earliest) < tonumber(first)
end
if waken and not paused then
    put_token(waking)
end
return reply
