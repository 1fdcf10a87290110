-- lanes.lua - jobs behind limits, and those that take turns (docs/decisions/0007). The loader
-- puts this text in front of the scripts that use it; nothing is made before open_lanes()
-- is called, which only queues with keys or limits do.
--
-- All keys are built from the tag, like those of records. A parked job is a member of
-- :lanes: its lane, a zero byte, 3 - priority, the time of enqueue in 14 digits, its name.

local FRONT = 256 -- bytes of a record that hold its front
local HOLD_MAX = 1000 -- dead members of a lane that are dropped in one turn

local function open_lanes(meta, t)
    local TURNS = 2 ^ 40
    local limits, parked, ring = tag .. ':limits', tag .. ':lanes', tag .. ':ring'
    local refill, holds, holding = tag .. ':refill', tag .. ':holds', tag .. ':holding'
    local known = {}
    local placed = {}
    local lanes = {woken = false}

    local function limit_of(scope)
        if known[scope] == nil then
            local text = redis.call('HGET', limits, scope)
            local most, rate, per, burst = string.match(text or '', '^(%d+) (%d+) (%d+) (%d+)')
            known[scope] = most and {most = tonumber(most), rate = tonumber(rate),
                per = tonumber(per), burst = tonumber(burst)} or false
        end
        return known[scope]
    end

    -- The scopes of a lane, with their limits (false for none).
    local function scopes_of(lane)
        local task, key = string.match(lane, '^([^/]*)/(.*)$')
        local scopes = {{name = 'task:' .. task, limit = limit_of('task:' .. task)}}
        if key ~= '' then
            scopes[2] = {name = 'key:' .. key,
                         limit = limit_of('key:' .. key) or limit_of('key:*')}
        end
        return scopes
    end

    local function burst_of(limit)
        return limit.burst > 0 and limit.burst or limit.rate
    end

    -- The theoretical arrival time; one that this limit cannot have led to was of another.
    local function arrival_of(scope)
        local limit = scope.limit
        local arrival = tonumber(redis.call('GET', tag .. ':rate:' .. scope.name) or '0')
        if arrival > t + burst_of(limit) * limit.per / limit.rate + 1 then
            return t
        end
        return math.max(t, arrival)
    end

    -- True; or false and the time of the next token, nil when a slot is what is missing.
    local function has_room(scope)
        local limit = scope.limit
        if not limit then
            return true
        end
        if limit.most > 0 and redis.call('SCARD', tag .. ':slots:' .. scope.name) >= limit.most then
            return false
        end
        if limit.rate > 0 then
            local at = math.ceil(arrival_of(scope) - (burst_of(limit) - 1) * limit.per / limit.rate)
            if at > t then
                return false, at
            end
        end
        return true
    end

    local function occupy(scope, name)
        local limit = scope.limit
        if limit and limit.most > 0 then
            redis.call('SADD', tag .. ':slots:' .. scope.name, name)
        end
        if limit and limit.rate > 0 then
            local arrival = arrival_of(scope) + limit.per / limit.rate
            redis.call('SET', tag .. ':rate:' .. scope.name, string.format('%.3f', arrival), 'PX',
                math.ceil(arrival - t) + 1)
        end
    end

    local function first_of(lane)
        return redis.call('ZRANGEBYLEX', parked, '[' .. lane .. '\0', '(' .. lane .. '\1', 'LIMIT',
            0, 1)[1]
    end

    -- False: it has no jobs.
    local function enter_ring(lane)
        local first = first_of(lane)
        if not first then
            return false
        end
        local turn = redis.call('HINCRBY', meta, 'turn', 1)
        redis.call('ZADD', ring, string.format('%.0f',
            tonumber(string.sub(first, #lane + 2, #lane + 2)) * TURNS + turn), lane)
        lanes.woken = true
        return true
    end

    local function hold(scope, lane, at)
        local turn = redis.call('HINCRBY', meta, 'turn', 1)
        redis.call('ZADD', tag .. ':held:' .. scope.name, turn, lane)
        redis.call('SADD', holding, scope.name)
        if at then
            redis.call('ZADD', refill, at, scope.name)
        end
    end

    -- One of those who wait for a scope gets a turn, if it has room.
    local function call_one(scope)
        local key = tag .. ':held:' .. scope.name
        if redis.call('EXISTS', key) == 0 then
            return
        end
        local room, at = has_room(scope)
        if not room then
            if at then
                redis.call('ZADD', refill, at, scope.name)
            end
            return
        end
        repeat
            local lane = redis.call('ZPOPMIN', key)[1]
        until not lane or enter_ring(lane)
        if redis.call('EXISTS', key) == 0 then
            redis.call('SREM', holding, scope.name)
        end
    end

    local function is_held(lane)
        for _, scope in ipairs(scopes_of(lane)) do
            if redis.call('ZSCORE', tag .. ':held:' .. scope.name, lane) then
                return true
            end
        end
        return false
    end

    -- Fails while nothing has been changed, when a book is of the wrong type.
    function lanes.check()
        redis.call('HLEN', limits)
        redis.call('HLEN', holds)
        redis.call('SCARD', holding)
        for _, key in ipairs({parked, ring, refill}) do
            redis.call('ZCARD', key)
        end
    end

    -- Does this job belong into a lane? Then it is put there.
    function lanes.park(name, record)
        local lane, has_key = lib().lane_of(record)
        if not has_key and not scopes_of(lane)[1].limit then
            return false
        end
        redis.call('ZADD', parked, 0, lib().member_of(name, record))
        local p = lib().priority_of(record)
        if not placed[lane] or placed[lane] < p then
            local stands = redis.call('ZSCORE', ring, lane)
            if stands and 3 - math.floor(tonumber(stands) / TURNS) >= p then
                placed[lane] = 3
            elseif stands or not is_held(lane) then
                enter_ring(lane)
                placed[lane] = p
            else
                placed[lane] = 3
            end
        end
        return true
    end

    -- The lane whose turn it is, if its first has this priority at least.
    function lanes.next(priority)
        local first = redis.call('ZRANGE', ring, 0, 0, 'WITHSCORES')
        return first[1] and tonumber(first[2]) < (4 - priority) * TURNS and first[1]
    end

    -- One turn of a lane: look(name) gives the record of a job that may be taken now, or nil
    -- for one that stands there no more. The name and the record, or nil.
    function lanes.turn(lane, look)
        local scopes = scopes_of(lane)
        local name, record
        redis.call('ZREM', ring, lane)
        placed[lane] = nil
        for _ = 1, HOLD_MAX do
            local member = first_of(lane)
            if not member then
                break
            end
            name = lib().parked_name(member)
            record = look(name)
            if record and member == lib().member_of(name, record) then
                break
            end
            record = nil
            redis.call('ZREM', parked, member)
        end
        local waits = false
        for _, scope in ipairs(scopes) do
            local room, at = has_room(scope)
            if record and not waits and not room then
                waits = true
                hold(scope, lane, at)
            end
        end
        if record and not waits then
            redis.call('ZREM', parked, lib().member_of(name, record))
            redis.call('HSET', holds, name, lane)
            for _, scope in ipairs(scopes) do
                occupy(scope, name)
            end
        end
        if not waits then
            enter_ring(lane)
        end
        for _, scope in ipairs(scopes) do
            call_one(scope)
        end
        if record and not waits then
            return name, record
        end
    end

    -- Runs that have ended give their slots back.
    function lanes.release(names)
        if #names == 0 or redis.call('EXISTS', holds) == 0 then
            return
        end
        local of = redis.call('HMGET', holds, unpack(names))
        for i = 1, #names do
            if of[i] then
                redis.call('HDEL', holds, names[i])
                for _, scope in ipairs(scopes_of(of[i])) do
                    redis.call('SREM', tag .. ':slots:' .. scope.name, names[i])
                    call_one(scope)
                end
            end
        end
    end

    -- Scopes whose next token is there. The time of the next one, or nil.
    function lanes.refill()
        for _, name in ipairs(redis.call('ZRANGEBYSCORE', refill, '-inf', t, 'LIMIT', 0, 450)) do
            redis.call('ZREM', refill, name)
            local limit = limit_of(name)
            call_one({name = name,
                      limit = limit or string.sub(name, 1, 4) == 'key:' and limit_of('key:*')})
        end
        return lanes.next_refill()
    end

    function lanes.next_refill()
        return tonumber(redis.call('ZRANGE', refill, 0, 0, 'WITHSCORES')[2])
    end

    -- All who wait for a scope look again.
    function lanes.call_all(scope)
        local key = tag .. ':held:' .. scope
        for _, lane in ipairs(redis.call('ZRANGE', key, 0, -1)) do
            enter_ring(lane)
        end
        redis.call('DEL', key)
        redis.call('ZREM', refill, scope)
        redis.call('SREM', holding, scope)
    end

    function lanes.any()
        return redis.call('ZCARD', ring) > 0
    end

    function lanes.is_parked(name, record)
        return redis.call('ZSCORE', parked, lib().member_of(name, record)) and true
    end

    function lanes.remove(name, record)
        redis.call('ZREM', parked, lib().member_of(name, record))
    end

    -- What holds a parked job: "scope running most next", or nil.
    function lanes.held_by(name, record)
        if not lanes.is_parked(name, record) then
            return nil
        end
        for _, scope in ipairs(scopes_of((lib().lane_of(record)))) do
            local room, at = has_room(scope)
            if not room then
                return string.format('%s %d %d %.0f', scope.name,
                    redis.call('SCARD', tag .. ':slots:' .. scope.name), scope.limit.most, at or -1)
            end
        end
    end

    lanes.scopes_of, lanes.has_room, lanes.limit_of = scopes_of, has_room, limit_of
    lanes.enter_ring, lanes.is_held = enter_ring, is_held
    return lanes
end

-- The lanes of a queue that has seen a key or a limit, else nil.
local function lanes_in_use(meta, t)
    return redis.call('HEXISTS', meta, 'lanes') == 1 and open_lanes(meta, t) or nil
end
