#!lua
-- enqueue.lua - make jobs: nothing -> queued | scheduled; and, for those that a new one
-- replaces, scheduled | queued | retrying -> cancelled.
--
-- KEYS  meta
-- ARGV  3 for each of 1-450 jobs: name, asks, body
--       asks: the priority 0-3 (4 more: a follow-up, 8 more: has a limit key), and
--       nothing else for most; or 'priority due expires unique key planned schedule',
--       each '-' for none; or 'priority sale item quantity buyer mark': it takes that
--       out of a sale (flash.lua), the mark tells one request from another
--       due and expires: '+ms' from now, 'ms' Unix time
--       unique: until (s started, f finished, w window), conflict (r reject,
--       e existing, p replace), ms at most (0 no bound)
--       planned: the time in ms for which the schedule makes it
--       then, when all their ends are waited for: channel, ttl_ms, as of wait
-- Returns {now, code, ..., {i, name, ...}, watched}: 1 made, 0 the id exists, 2 this planned time
--       (or a later one) was fired before, 3 the queue is draining and takes follow-ups only,
--       4 another has the unique key, 5 so, and stands for it, 6 no room, later;
--       of a sale: 7 sold out, 8 too many tries of this buyer, 9 no such sale, 10 it is over,
--       11 the name was tried with another mark;
--       then for some jobs their number and who has the key, or who was replaced, or the
--       ms until this buyer may try again;
--       watched: 1 all were made and their ends will be told on the channel, else 0
-- Twice Everything exists (or was fired) the second time; nothing changes, and a
--       finished job is not revived.
-- No allow-oom: a full Redis refuses new jobs and goes on draining. A call of follow-ups only
--       is loaded with it: the job that makes them could not end otherwise.

local REPLACED_LIFE = 86400000
local LOOK_EVERY = 1000 -- ms between looks at the memory of Redis
local FULL = 0.9 -- of its maxmemory
local PLAIN = {flags = 0, times = ''} -- of a job that asks for a priority only
local meta, due_key, running = KEYS[1], tag .. ':due', tag .. ':running'
local t = now()
local n = math.floor(#ARGV / 3)
local channel, watch_ttl = ARGV[3 * n + 1], tonumber(ARGV[3 * n + 2] or '0')

local keys = {}
for i = 1, n do
    keys[i] = record_key(ARGV[3 * i - 2])
end
local some_exist = redis.call('EXISTS', unpack(keys)) > 0
local known = redis.call('HMGET', meta, 'paused', 'draining', 'room', 'max_jobs', 'max_bytes',
    'enqueued', 'jobs', 'bytes')
local paused, draining = known[1], known[2]
local max_jobs, max_bytes = tonumber(known[4] or '0'), tonumber(known[5] or '0')
local enqueued, jobs, bytes = figure_of(known[6]), figure_of(known[7]), figure_of(known[8])

-- Is Redis itself short of memory? Looked at once a second. Unknown to who may not ask.
local function is_tight()
    local looked, answer = string.match(known[3] or '', '^(%d+) ([01])$')
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

local function time_of(text)
    if text == '-' then
        return nil
    elseif string.byte(text) == 43 then
        return t + tonumber(string.sub(text, 2))
    end
    return tonumber(text)
end

-- The priority, and what else a job asks for.
local function read(asks)
    local priority = tonumber(asks)
    if priority then
        return priority, PLAIN
    end
    local of, sale = string.match(asks, '^(%d+) sale (.*)$')
    if of then
        return tonumber(of), {flags = 0, times = '', sale = sale}
    end
    local p, due, expires, unique, key, planned, schedule =
        string.match(asks, '^(%d+) (%S+) (%S+) (%S+) (%S+) (%S+) (.*)$')
    local more = {due = time_of(due), expires = time_of(expires)}
    more.flags = (more.due and 4 or 0) + (more.expires and 8 or 0)
    more.times = (more.due and struct.pack('<i8', more.due) or '')
        .. (more.expires and struct.pack('<i8', more.expires) or '')
    if unique ~= '-' then
        more.key = key
        more.letter, more.conflict, more.most = string.match(unique, '^(%a)(%a)(%d+)$')
    end
    if planned ~= '-' then
        more.planned, more.schedule = tonumber(planned), schedule
    end
    return tonumber(p), more
end

local reply = {t}
local made = 0
local seen = {}
local planned_of = {}
local claimed, claims = {}, {}
local holders = {}
local records = {}
local lines = {{}, {}, {}, {}}
local delayed = {}
local heads = {} -- flags -> the bytes of a record before its times
local replaced = 0
local keyed = false
local tight = is_tight()
local free = not tight and max_jobs == 0 and max_bytes == 0 -- room is no question

local function last_of(schedule)
    return planned_of[schedule]
        or tonumber(redis.call('HGET', tag .. ':fired', schedule) or '-1')
end

-- Only jobs with a unique key, and those of a queue with a budget, are judged.
local function open_judge()
    local function is_empty()
        return redis.call('EXISTS', tag .. ':ready:0', tag .. ':ready:1', tag .. ':ready:2',
            tag .. ':ready:3', running, due_key, tag .. ':retry', tag .. ':lanes') == 0
    end

    -- With one job more, of so many bytes, and the old one gone.
    local function is_over(size, old)
        local n_old, old_size = old and 1 or 0, old and #old or 0
        return max_jobs > 0 and jobs + 1 - n_old > max_jobs
            or max_bytes > 0 and bytes + size - old_size > max_bytes
    end

    -- A miscount must not close a queue for ever: when nothing is left, it starts anew.
    local function has_room(size, old)
        if made == 0 and is_over(size, old) and (jobs > 0 or bytes > 0) and is_empty() then
            jobs, bytes = 0, 0
        end
        return not is_over(size, old)
    end

    -- The record of a job that waits, or nil.
    local function waiting(name)
        local record = redis.call('GET', record_key(name))
        return is_live(record) and redis.call('HEXISTS', running, name) == 0 and record or nil
    end

    local function replace(name, record)
        lib().cancel_waiting(name, record, REPLACED_LIFE, t)
        lib().leave_lane(meta, name, record)
        replaced = replaced + 1
        jobs, bytes = jobs - 1, bytes - #record
    end

    -- The code that unique key and room give a job of so many bytes.
    local function judge(i, name, more, follows, size)
        local key = more.key
        local holder = key and (claimed[key] or lib().holder_of(key))
        local old = holder and more.conflict == 'p' and not claimed[key] and waiting(holder) or nil
        if not follows and (old or not holder) and (tight or not has_room(size, old)) then
            return 6
        end
        if holder then
            holders[#holders + 1] = i
            holders[#holders + 1] = holder
        end
        if holder and not old then
            return more.conflict == 'e' and 5 or 4
        elseif old then
            replace(holder, old)
        end
        if key then
            claimed[key] = name
            claims[#claims + 1] = {key, more.letter, name, more.most}
        end
        return 1
    end

    return judge
end

local judge, flash
for i = 1, n do
    local name, body = ARGV[3 * i - 2], ARGV[3 * i]
    local priority, more = read(ARGV[3 * i - 1])
    local follows = priority % 8 >= 4
    local code = draining and not follows and 3 or 1
    local record
    if seen[name] or some_exist and redis.call('EXISTS', keys[i]) == 1 then
        code = 0
    elseif more.planned and more.planned <= last_of(more.schedule) then
        code = 2
    elseif code == 1 then
        local flags = priority % 4 + more.flags
        heads[flags] = heads[flags] or struct.pack('<BBBi8', 1, LIVE, flags, t)
        record = heads[flags] .. more.times .. body
        if more.key or not free then
            judge = judge or open_judge()
            code = judge(i, name, more, follows, #record)
        end
    end
    if code == 1 and more.sale then
        local what
        flash = flash or open_flash(t)
        code, what = flash.take(name, more.sale)
        if code == 1 then
            record = record .. what
        elseif what then
            holders[#holders + 1] = i
            holders[#holders + 1] = what
        end
    end
    if code == 1 then
        local due = more.due
        if more.planned then
            planned_of[more.schedule] = more.planned
        end
        seen[name] = true
        made = made + 1
        keyed = keyed or priority >= 8
        jobs, bytes = jobs + 1, bytes + #record
        records[2 * made - 1] = keys[i]
        records[2 * made] = record
        if due and due > t then
            delayed[#delayed + 1] = due
            delayed[#delayed + 1] = name
        else
            local line = lines[priority % 4 + 1]
            line[#line + 1] = (more.expires and '?' or '.') .. name
        end
    end
    reply[i + 1] = code
end
reply[n + 2] = holders
reply[n + 3] = 0

if flash then
    flash.write()
end
if made == 0 then
    return reply
end
redis.call('MSET', unpack(records))
local marks = {}
for schedule, planned in pairs(planned_of) do
    marks[#marks + 1] = schedule
    marks[#marks + 1] = string.format('%.0f', planned)
end
if #marks > 0 then
    redis.call('HSET', tag .. ':fired', unpack(marks))
end
for i = 1, #claims do
    lib().claim(unpack(claims[i]))
end
if keyed then
    redis.call('HSET', meta, 'lanes', '1')
end
redis.call('HSET', meta, 'enqueued', whole(enqueued + made), 'jobs', whole(jobs), 'bytes',
    whole(bytes))
if replaced > 0 then
    lib().count(meta, 'cancelled', replaced)
end
local waken = false
for p = 0, 3 do
    local line = lines[p + 1]
    if #line > 0 and redis.call('LPUSH', tag .. ':ready:' .. p, unpack(line)) == #line then
        waken = true
    end
end
if #delayed > 0 then
    local first = redis.call('ZRANGE', due_key, 0, 0, 'WITHSCORES')[2]
    redis.call('ZADD', due_key, unpack(delayed))
    local earliest = redis.call('ZRANGE', due_key, 0, 0, 'WITHSCORES')[2]
    waken = waken or not first or tonumber(earliest) < tonumber(first)
end
if replaced > 0 then
    lib().follow_up(meta, t)
end
if waken and not paused then
    put_token(tag .. ':wake')
end
if channel and made == n then
    local waiters = tag .. ':waiters'
    local watched = redis.call('HLEN', waiters) + n <= WAITED_MAX
    for name in pairs(watched and seen or {}) do
        watched = redis.call('HSETNX', waiters, name, channel) == 1 and watched
    end
    if redis.call('PTTL', waiters) < watch_ttl then
        redis.call('PEXPIRE', waiters, watch_ttl)
    end
    reply[n + 3] = watched and 1 or 0
end
return reply
