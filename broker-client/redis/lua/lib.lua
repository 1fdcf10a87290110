-- lib.lua - what the transitions share. The loader puts now() and this text in
-- front of each script; docs/protocol.md tells the bytes of records and tries.
--
-- KEYS[1] of every queue script is {ns:queue}:meta; record keys, and in the scripts that are
-- called most all others too, are built from the same tag, so they live in the same slot.

local tag = string.sub(KEYS[1], 1, -6)

local ENDED_KEPT = 10000 -- names of succeeded, cancelled and expired jobs
local ENDED_MORE = 100 -- before the oldest are dropped
local UNPACK_MAX = 1000
local WAITED_MAX = 10000 -- jobs whose ends are waited for
local FINAL_LIFE_MIN = 600000 -- ms that a final record lives at least
local LIVE = 76 -- 'L'
local HEAD = 11 -- bytes before the times of a live record
local LATEST = 2 ^ 53 -- ms, of a time that can be told
local NOBODY = '-' -- the token in a try that no run wrote
local TASK, LIMIT_KEY, UNIQUE_KEY, UNIQUE, UNIQUE_FOR = 1, 14, 15, 16, 17 -- fields of a body
local PARENT, ON_FAILED, HOLDS, RETURNS = 12, 19, 20, 21

local function record_key(name)
    return tag .. ':j:' .. name
end

local function is_live(record)
    return record and string.byte(record, 2) == LIVE
end

-- A record that is cut off has no flags: an error here would keep other jobs from
-- going on.
local function flags_of(record)
    return string.byte(record, 3) or 0
end

local function final_life(ms)
    return tonumber(ms) < FINAL_LIFE_MIN and FINAL_LIFE_MIN or ms
end

-- A token in front of the queue's workers, at most one.
local function put_token(list)
    if redis.call('LLEN', list) == 0 then
        redis.call('LPUSH', list, '1')
    end
end

-- A figure of meta: one that is no whole number counts as 0, and none falls below it.
local function figure_of(text)
    local n = tonumber(text or '0') or 0
    return n >= 0 and n < LATEST and n % 1 == 0 and n or 0
end

local function whole(n)
    return string.format('%d', math.max(0, n))
end

-- Adds to the names of jobs that ended.
local function add_ended(names)
    local ended = tag .. ':ended'
    if redis.call('LPUSH', ended, unpack(names)) > ENDED_KEPT + ENDED_MORE then
        redis.call('LTRIM', ended, 0, ENDED_KEPT - 1)
    end
end

-- What most calls do without: it is made when the first asks for it, for a function that each
-- call makes anew costs it a fifth of a microsecond.
local function open_lib()
    local lib = {}

    function lib.priority_of(record)
        return flags_of(record) % 4
    end

    -- '?' tells the take to look into the record before it runs the job.
    function lib.element_of(name, record)
        return (flags_of(record) >= 8 and '?' or '.') .. name
    end

    function lib.time_at(record, at)
        return #record >= at + 7 and struct.unpack('<i8', record, at) or nil
    end

    -- The due time and the start deadline of a live record, or nil.
    function lib.due_of(record)
        return flags_of(record) % 8 >= 4 and lib.time_at(record, HEAD + 1) or nil
    end

    function lib.expires_of(record)
        local flags = flags_of(record)
        return flags >= 8 and lib.time_at(record, HEAD + 1 + (flags % 8 >= 4 and 8 or 0)) or nil
    end

    -- What stands in front of a body: the fields that scripts look at, by their kind.
    function lib.front_of(record)
        local flags = flags_of(record)
        local at = HEAD + 1 + (flags % 8 >= 4 and 8 or 0) + (flags >= 8 and 8 or 0)
        local front = {}
        while true do
            local kind, length = string.byte(record, at, at + 1)
            if not length or length > 127
                or kind ~= TASK and (kind < LIMIT_KEY or kind > UNIQUE_FOR) then
                return front
            end
            front[kind] = string.sub(record, at + 2, at + 1 + length)
            at = at + 2 + length
        end
    end

    -- The bytes of one of the fields that begin at an offset; nil when it is not there.
    function lib.find_field(text, at, wanted)
        while at <= #text do
            local kind = string.byte(text, at)
            local length, unit, byte = 0, 1
            repeat
                at = at + 1
                byte = string.byte(text, at) or 0
                length = length + byte % 128 * unit
                unit = unit * 128
            until byte < 128
            if at + length > #text then
                return nil
            elseif kind == wanted then
                return string.sub(text, at + 1, at + length)
            end
            at = at + 1 + length
        end
    end

    -- The number in a field, a varint; 0 when it is not there.
    function lib.number_of(field)
        local value, unit = 0, 1
        for i = 1, #(field or '') do
            local byte = string.byte(field, i)
            value = value + byte % 128 * unit
            unit = unit * 128
        end
        return value
    end

    -- Whose a member of :lanes is: behind the lane, a zero byte, and 15 digits of its order.
    function lib.parked_name(member)
        return string.sub(member, (string.find(member, '\0', 1, true) or 0) + 16)
    end

    function lib.varint(n)
        local text = ''
        while n >= 128 do
            text = text .. string.char(n % 128 + 128)
            n = math.floor(n / 128)
        end
        return text .. string.char(n)
    end

    function lib.field(kind, bytes)
        return string.char(kind) .. lib.varint(#bytes) .. bytes
    end

    -- A try is "attempts deaths snoozes token\n" and a line of JSON per ended run.
    function lib.parse_try(text)
        local a, d, s, token, history = string.match(text or '', '^(%d+) (%d+) (%d+) (%S+)\n(.*)$')
        if not a then
            return {attempts = 0, deaths = 0, snoozes = 0, token = NOBODY, history = ''}
        end
        return {attempts = tonumber(a), deaths = tonumber(d), snoozes = tonumber(s), token = token,
                history = history}
    end

    function lib.format_try(try)
        return string.format('%d %d %d %s\n', try.attempts, try.deaths, try.snoozes, try.token)
            .. try.history
    end

    function lib.final_head(state, token, at)
        return struct.pack('<BBBi8B', 1, string.byte(state), 0, at, #token) .. token
    end

    -- The part of a final record behind its token, for a job that no run ended.
    function lib.ending_of(try, live, more)
        local outcome = (more or '') .. lib.field(3, lib.varint(try.attempts))
            .. lib.field(4, lib.varint(try.deaths)) .. lib.field(10, try.history)
        return struct.pack('<I4', #outcome) .. outcome .. live
    end

    -- Runs (with name and token) in the order in which they go back to the front of the line: so
    -- the job that was taken first stands first again.
    function lib.last_first(runs)
        for _, run in ipairs(runs) do
            run.number = tonumber(string.match(run.token, ':(%d+)$') or '0')
        end
        table.sort(runs, function(a, b) return a.number > b.number end)
    end

    -- The same, but none while the queue is paused.
    function lib.wake(meta, list)
        if redis.call('HEXISTS', meta, 'paused') == 0 then
            put_token(list)
        end
    end

    -- Tells those who wait for a job's end.
    function lib.tell(names)
        local waiters = tag .. ':waiters' -- name -> channels
        if #names == 0 or redis.call('EXISTS', waiters) == 0 then
            return
        end
        local queue = string.match(tag, ':([^:]*)}$')
        local channels = redis.call('HMGET', waiters, unpack(names))
        for i = 1, #names do
            for channel in string.gmatch(channels[i] or '', '%S+') do
                redis.call('PUBLISH', channel, queue .. '.' .. names[i])
            end
        end
        redis.call('HDEL', waiters, unpack(names))
    end

    function lib.count(meta, what, n)
        if n > 0 then
            redis.call('HINCRBY', meta, what, n)
        end
    end

    function lib.shift(meta, what, by)
        local left = redis.pcall('HINCRBY', meta, what, string.format('%.0f', by))
        if type(left) ~= 'number' or left < 0 then
            redis.call('HSET', meta, what, '0')
        end
    end

    -- Live jobs and the bytes of their records, which a queue's budget is about.
    function lib.add_room(meta, jobs, bytes)
        if jobs ~= 0 then
            lib.shift(meta, 'jobs', jobs)
            lib.shift(meta, 'bytes', bytes)
        end
    end

    -- Jobs that end, or begin (only: 's'), let their unique keys go.
    function lib.let_go(names, only)
        local uniques = tag .. ':uniques'
        if #names == 0 or redis.call('EXISTS', uniques) == 0 then
            return
        end
        local entries = redis.call('HMGET', uniques, unpack(names))
        for i = 1, #names do
            local letter, key = string.match(entries[i] or '', '^(%a) (%x+)$')
            if key and (not only or letter == only) then
                if redis.call('GET', tag .. ':unique:' .. key) == letter .. names[i] then
                    redis.call('DEL', tag .. ':unique:' .. key)
                end
                redis.call('HDEL', uniques, names[i])
            end
        end
    end

    -- "stock taken returned ends number", or nil.
    function lib.parse_sale(text)
        local stock, taken, returned, ends, number =
            string.match(text or '', '^(%d+) (%d+) (%d+) (%d+) (%d+)$')
        return stock and {stock = tonumber(stock), taken = tonumber(taken),
            returned = tonumber(returned), ends = tonumber(ends), number = tonumber(number)}
    end

    function lib.format_sale(sale)
        return string.format('%.0f %.0f %.0f %.0f %.0f', sale.stock, sale.taken, sale.returned,
            sale.ends, sale.number)
    end

    -- Where the body of the live record begins in what stands behind a final record's token.
    local function body_at(ending)
        local a, b, c, d = string.byte(ending, 1, 4)
        local at = d and 5 + a + b * 2 ^ 8 + c * 2 ^ 16 + d * 2 ^ 24 or 1
        local flags = string.byte(ending, at + 2) or 0
        return at + HEAD + (flags % 8 >= 4 and 8 or 0) + (flags >= 8 and 8 or 0), flags
    end

    -- A job that succeeded gives back to the sale what its record says, if that goes on. What goes
    -- wrong here must not keep it from ending.
    function lib.give_back(ending)
        local text = lib.find_field(ending, body_at(ending), RETURNS) or ''
        local item, quantity, number = string.match(text, '^(%S+) (%d+) (%d+)$')
        local kept = item and redis.pcall('HGET', tag .. ':flash', item)
        local sale = type(kept) == 'string' and lib.parse_sale(kept)
        if sale and sale.number == tonumber(number) then
            quantity = math.min(tonumber(quantity), sale.taken)
            sale.taken, sale.returned = sale.taken - quantity, sale.returned + quantity
            redis.call('HSET', tag .. ':flash', item, lib.format_sale(sale))
        end
    end

    -- A job ends without success: what follows when it has a follow-up for that, its name from
    -- the end, so that it is the same however often it is asked for. ending: the final record
    -- behind its token. follow_up() makes it.
    local followers = {}
    function lib.leave(name, mark, ending)
        local at, flags = body_at(ending)
        local body = lib.find_field(ending, at, ON_FAILED)
        if body then
            local queue = string.match(tag, ':([^:]*)}$')
            local held = lib.find_field(ending, at, HOLDS)
            followers[#followers + 1] = {
                name = redis.sha1hex(name .. '\n' .. mark), priority = flags % 4,
                body = body .. lib.field(PARENT, queue .. '.' .. name)
                    .. (held and lib.field(RETURNS, held) or '')}
        end
    end

    -- Makes the follow-ups of those that ended in this call. What goes wrong here must not keep
    -- them from ending. True: some are in line.
    function lib.follow_up(meta, t)
        local made, bytes = 0, 0
        for _, job in ipairs(followers) do
            local record = struct.pack('<BBBi8', 1, LIVE, job.priority, t) .. job.body
            if redis.call('SET', record_key(job.name), record, 'NX') then
                made = made + 1
                bytes = bytes + #record
                redis.pcall('LPUSH', tag .. ':ready:' .. job.priority, '.' .. job.name)
            end
        end
        if made > 0 then
            lib.count(meta, 'enqueued', made)
            lib.add_room(meta, made, bytes)
            lib.wake(meta, tag .. ':wake')
        end
        return made > 0
    end

    -- The final record of a job that no run ended; the log of its runs goes with it.
    function lib.write_end(name, state, data, life, t)
        redis.call('SET', record_key(name), lib.final_head(state, NOBODY, t) .. data, 'PX', life)
        redis.call('PEXPIRE', tag .. ':log:' .. name, life)
        lib.leave(name, string.format('%.0f', t), data)
    end

    -- Ends a live job that no run holds.
    function lib.cancel_waiting(name, record, ttl, t)
        local tries = tag .. ':try'
        local try = lib.parse_try(redis.call('HGET', tries, name))
        lib.write_end(name, 'C', lib.ending_of(try, record), final_life(ttl), t)
        redis.call('ZREM', tag .. ':due', name)
        redis.call('ZREM', tag .. ':retry', name)
        redis.call('HDEL', tries, name)
        redis.call('HDEL', tag .. ':cancel', name) -- of a run that reconcile gave back
        add_ended({name})
        lib.let_go({name})
        lib.tell({name})
    end

    -- The lane that a job would be in, by its record, and whether it has a key.
    function lib.lane_of(record)
        local front = lib.front_of(record)
        local key = front[LIMIT_KEY] or ''
        return (front[TASK] or '') .. '/' .. key, key ~= ''
    end

    function lib.member_of(name, record)
        local lane = lib.lane_of(record)
        return lane .. '\0' .. string.format('%d%014.0f', 3 - lib.priority_of(record),
            lib.time_at(record, 4) or 0) .. name
    end

    -- A job that ends where it is parked: else its lane would have a priority that is gone.
    function lib.leave_lane(meta, name, record)
        if redis.call('HEXISTS', meta, 'lanes') == 1 then
            redis.pcall('ZREM', tag .. ':lanes', lib.member_of(name, record))
        end
    end

    -- Who has a unique key (docs/decisions/0008): let_go() ends that. One that is over does not
    -- count, but for a window, which stays.
    function lib.holder_of(key)
        local kept = redis.call('GET', tag .. ':unique:' .. key) or ''
        local letter, name = string.match(kept, '^(.)(.+)$')
        if name and (letter == 'w' or is_live(redis.call('GETRANGE', record_key(name), 0, 10))) then
            return name
        end
    end

    -- letter: until s started, f finished, w the window is over; most: ms at most, 0 no bound.
    function lib.claim(key, letter, name, most)
        local life = tonumber(most) > 0 and {'PX', most} or {}
        redis.call('SET', tag .. ':unique:' .. key, letter .. name, unpack(life))
        if letter ~= 'w' then
            redis.call('HSET', tag .. ':uniques', name, letter .. ' ' .. key)
        end
    end

    return lib
end

local opened
local function lib()
    opened = opened or open_lib()
    return opened
end
