#!lua
-- enqueue.lua - make jobs: nothing -> queued | scheduled; and, for those that a new one
-- replaces, scheduled | queued | retrying -> cancelled.
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 due fired running retry try ended cancel
--       waiters
-- ARGV  n, then 8 for each of n <= 450 jobs:
--       name, priority 0-3 (4 more: a follow-up, 8 more: has a limit key), due,
--       expires, body, schedule, planned, unique
--       due and expires: '' none, '+ms' from now, 'ms' Unix time
--       schedule, planned: '' or the schedule and its planned time in ms
--       unique: '' or until (s started, f finished, w window), conflict (r reject,
--       e existing, p replace), ms at most (0 no bound), ' ' and the key
-- Returns {now, code, ..., {i, name, ...}}: 1 made, 0 the id exists, 2 this planned time
--       (or a later one) was fired before, 3 the queue is draining and takes follow-ups only,
--       4 another has the unique key, 5 so, and stands for it, 6 no room, later;
--       then for some jobs their number and who has the key, or who was replaced
-- Twice Everything exists (or was fired) the second time; nothing changes, and a
--       finished job is not revived.
-- No allow-oom: a full Redis refuses new jobs and goes on draining. A call of follow-ups only
--       is loaded with it: the job that makes them could not end otherwise.

local WORDS = 8
local REPLACED_LIFE = 86400000
local LOOK_EVERY = 1000 -- ms between looks at the memory of Redis
local FULL = 0.9 -- of its maxmemory
local meta, waking, due_key, fired, running = KEYS[1], KEYS[2], KEYS[7], KEYS[8], KEYS[9]
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
    keys[i] = record_key(ARGV[WORDS * i - 6])
end
local some_exist = redis.call('EXISTS', unpack(keys)) > 0
local gate = redis.call('HMGET', meta, 'paused', 'draining', 'room', 'max_jobs', 'max_bytes')
local paused, draining = gate[1], gate[2]
local max_jobs, max_bytes = tonumber(gate[4] or '0'), tonumber(gate[5] or '0')

-- Is Redis itself short of memory? Looked at once a second. Unknown to who may not ask.
local function is_tight()
    local looked, answer = string.match(gate[3] or '', '^(%d+) ([01])$')
    if looked and math.abs(t - tonumber(looked)) < LOOK_EVERY then
        return answer == '1'
    end
    local info = redis.pcall('INFO', 'memory')
    if type(info) ~= 'string' then
        return false
    end
    local used = tonumber(string.match(info, 'used_memory:(%d+)') or '0')
    local most = tonumber(string.match(info, 'maxmemory:(%d+)') or '0')
    local tight = most > 0 and used > FULL * most
    redis.call('HSET', meta, 'room', string.format('%.0f %d', t, tight and 1 or 0))
    return tight
end

local jobs, bytes = 0, 0 -- live ones, when there is a budget
if max_jobs > 0 or max_bytes > 0 then
    local live = redis.call('HMGET', meta, 'jobs', 'bytes')
    jobs, bytes = tonumber(live[1] or '0') or 0, tonumber(live[2] or '0') or 0
end

local function is_empty()
    for k = 3, 6 do
        if redis.call('LLEN', KEYS[k]) > 0 then
            return false
        end
    end
    return redis.call('HLEN', running) + redis.call('ZCARD', due_key)
        + redis.call('ZCARD', KEYS[10]) + redis.call('ZCARD', tag .. ':lanes') == 0
end

local made = 0

-- With one job more, of so many bytes, and the old one gone.
local function is_over(size, old)
    local n_old, old_size = old and 1 or 0, old and #old or 0
    return max_jobs > 0 and jobs + 1 - n_old > max_jobs
        or max_bytes > 0 and bytes + size - old_size > max_bytes
end

-- A miscount must not close a queue for ever: when nothing is left, it starts anew.
local function has_room(size, old)
    if made == 0 and is_over(size, old) and (jobs > 0 or bytes > 0) and is_empty() then
        redis.call('HSET', meta, 'jobs', '0', 'bytes', '0')
        jobs, bytes = 0, 0
    end
    return not is_over(size, old)
end

local reply = {t}
local seen = {}
local planned_of = {}
local claimed, claims = {}, {}
local holders = {}
local records = {}
local lines = {{}, {}, {}, {}}
local delayed = {}
local replaced, freed = 0, 0
local size = 0
local keyed = false
local tight = is_tight()

local function last_of(schedule)
    return planned_of[schedule] or tonumber(redis.call('HGET', fired, schedule) or '-1')
end

-- The record of a job that waits, or nil.
local function waiting(name)
    local record = redis.call('GET', record_key(name))
    return is_live(record) and redis.call('HEXISTS', running, name) == 0 and record or nil
end

local function replace(name, record)
    cancel_waiting(name, record, {due_key, KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14]},
        REPLACED_LIFE, t)
    leave_lane(meta, name, record)
    replaced, freed = replaced + 1, freed + #record
    jobs, bytes = jobs - 1, bytes - #record
end

-- The code that unique key and room give a job of so many bytes.
local function judge(i, name, unique, follows, bytes_more)
    local letter, conflict, most, key = string.match(unique, '^(%a)(%a)(%d+) (%x+)$')
    local holder = key and (claimed[key] or holder_of(key))
    local old = holder and conflict == 'p' and not claimed[key] and waiting(holder) or nil
    if not follows and (old or not holder) and (tight or not has_room(bytes_more, old)) then
        return 6
    end
    if holder then
        holders[#holders + 1] = i
        holders[#holders + 1] = holder
    end
    if holder and not old then
        return conflict == 'e' and 5 or 4
    elseif old then
        replace(holder, old)
    end
    if key then
        claimed[key] = name
        claims[#claims + 1] = {key, letter, name, most}
    end
    return 1
end

for i = 1, n do
    local base = WORDS * i - 6
    local name, schedule, planned = ARGV[base], ARGV[base + 5], tonumber(ARGV[base + 6])
    local priority, unique = tonumber(ARGV[base + 1]), ARGV[base + 7]
    local follows = priority % 8 >= 4
    local code = draining and not follows and 3 or 1
    if seen[name] or (some_exist and redis.call('EXISTS', keys[i]) == 1) then
        code = 0
    elseif schedule ~= '' and planned <= last_of(schedule) then
        code = 2
    elseif code == 1 then
        local times = (ARGV[base + 2] ~= '' and 8 or 0) + (ARGV[base + 3] ~= '' and 8 or 0)
        code = judge(i, name, unique, follows, HEAD + times + #ARGV[base + 4])
    end
    if code == 1 and schedule ~= '' then
        planned_of[schedule] = planned
    end
    reply[i + 1] = code
    if code == 1 then
        seen[name] = true
        made = made + 1
        keyed = keyed or priority >= 8
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
        local record = struct.pack('<BBBi8', 1, LIVE, flags, t) .. times .. ARGV[base + 4]
        size = size + #record
        jobs, bytes = jobs + 1, bytes + #record
        records[#records + 1] = keys[i]
        records[#records + 1] = record
        if due and due > t then
            delayed[#delayed + 1] = due
            delayed[#delayed + 1] = name
        else
            local line = lines[priority + 1]
            line[#line + 1] = (expires and '?' or '.') .. name
        end
    end
end
reply[n + 2] = holders

if made == 0 then
    return reply
end
redis.call('MSET', unpack(records))
for schedule, planned in pairs(planned_of) do
    redis.call('HSET', fired, schedule, string.format('%.0f', planned))
end
for i = 1, #claims do
    claim(unpack(claims[i]))
end
if keyed then
    redis.call('HSET', meta, 'lanes', '1')
end
count(meta, 'enqueued', made)
count(meta, 'cancelled', replaced)
shift(meta, 'jobs', made - replaced)
shift(meta, 'bytes', size - freed)
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
