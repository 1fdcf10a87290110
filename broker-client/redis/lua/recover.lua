#!lua flags=allow-oom
-- recover.lua - end leases that ran out: running -> queued, or failed (lost)
-- after too many deaths, or cancelled when that was asked for.
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 running leases dead try failed
--       cancel progress
-- ARGV  lease_ms, max_deaths, final_ttl_ms, failed_ttl_ms, limit (at most 500)
-- Returns {status, now, more, next_expiry, requeued, failed, cancelled}
--       status 'ok' | 'time_lost': more than a lease passed since the last call
--         (outage, suspend, clock step), so every lease starts anew and nothing
--         is recovered this time
--       more: 1 when there is more to move: call again now
--       next_expiry: of the first lease in ms, -1 for none; then lists of names
-- Twice The second finds nothing to do.

local meta, running, leases, dead, tries = KEYS[1], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local lease, max_deaths = tonumber(ARGV[1]), tonumber(ARGV[2])
local final_ttl, failed_ttl, limit = final_life(ARGV[3]), final_life(ARGV[4]), tonumber(ARGV[5])
local t = now()

local function next_expiry()
    return tonumber(redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')[2] or '-1')
end

local tick = tonumber(redis.call('HGET', meta, 'tick') or tostring(t))
redis.call('HSET', meta, 'tick', string.format('%.0f', t))
if t < tick or t - tick > lease then
    for _, incarnation in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
        redis.call('ZADD', leases, 'XX', t + lease, incarnation)
    end
    return {'time_lost', t, 0, next_expiry(), {}, {}, {}}
end

for _, incarnation in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', t, 'LIMIT', 0, 100)) do
    redis.call('ZADD', dead, t, incarnation)
    redis.call('ZREM', leases, incarnation)
end
local is_dead = {}
for _, incarnation in ipairs(redis.call('ZRANGE', dead, 0, 99)) do
    is_dead[incarnation] = true
end
if not next(is_dead) then
    return {'ok', t, 0, next_expiry(), {}, {}, {}}
end

local requeued, failed, cancelled = {}, {}, {}
local buried, freed = {}, 0
local lanes = lanes_in_use(meta, t)

-- The final record of a job that nobody will end: cause lost (5), or none.
local function bury(name, record, try, state, ttl)
    local why = state == 'F' and lib().field(1, string.char(5))
        .. lib().field(2, 'the worker died or lost its lease ' .. try.deaths .. ' times')
    lib().write_end(name, state, lib().ending_of(try, record, why or ''), ttl, t)
    redis.call('HDEL', tries, name)
    buried[#buried + 1] = name
    freed = freed + #record
end

local function move(name, token)
    local record = redis.call('GET', record_key(name))
    redis.call('HDEL', running, name)
    redis.call('HDEL', KEYS[13], name)
    if lanes then
        lanes.release({name})
    end
    if not is_live(record) then
        return
    end
    local try = lib().parse_try(redis.call('HGET', tries, name))
    try.deaths = try.deaths + 1
    try.token = NOBODY
    try.history = try.history
        .. string.format('{"run":"%s","cause":"lost","ended_ms":%.0f}\n', token, t)
    if redis.call('HDEL', KEYS[12], name) == 1 then
        bury(name, record, try, 'C', final_ttl)
        add_ended({name})
        cancelled[#cancelled + 1] = name
    elseif try.deaths >= max_deaths then
        bury(name, record, try, 'F', failed_ttl)
        redis.call('ZADD', KEYS[11], t, name)
        failed[#failed + 1] = name
    else
        redis.call('HSET', tries, name, lib().format_try(try))
        redis.call('RPUSH', KEYS[3 + lib().priority_of(record)], lib().element_of(name, record))
        requeued[#requeued + 1] = name
    end
end

local entries = redis.call('HGETALL', running)
local lost = {}
for i = 1, #entries, 2 do
    if is_dead[string.match(entries[i + 1], '^(.*):%d+$')] then
        lost[#lost + 1] = {name = entries[i], token = entries[i + 1]}
    end
end
lib().last_first(lost)
for i = 1, math.min(#lost, limit) do
    move(lost[i].name, lost[i].token)
end
local more = #lost > limit and 1 or 0
if more == 0 then
    for incarnation in pairs(is_dead) do
        redis.call('ZREM', dead, incarnation)
    end
    if redis.call('ZCARD', dead) > 0 then
        more = 1
    end
end
lib().let_go(buried)
lib().add_room(meta, -#buried, -freed)
lib().follow_up(meta, t)
if #requeued > 0 or lanes and lanes.woken then
    lib().wake(meta, KEYS[2])
end
lib().count(meta, 'recovered', #requeued)
lib().count(meta, 'failed', #failed)
lib().count(meta, 'cancelled', #cancelled)
lib().tell(failed)
lib().tell(cancelled)
return {'ok', t, more, next_expiry(), requeued, failed, cancelled}
