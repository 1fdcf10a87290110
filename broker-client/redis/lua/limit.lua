#!lua flags=allow-oom
-- limit.lua - set limits of a queue, or remove them.
--
-- KEYS  meta wake
-- ARGV  6 for each of 1-100 limits: scope, concurrency, rate, per_ms, burst, 'o' set by an
--       operator or 'd' declared by a task; without concurrency and rate it is removed
-- Returns {changed, now}
-- Twice Nothing changes.
-- A declared limit neither replaces nor removes what an operator set.

local meta, limits = KEYS[1], tag .. ':limits'
local t = now()
local lanes = open_lanes(meta, t)
local changed = 0

-- Those whom a limit of this scope may have held back.
local function call_all(scope)
    if scope ~= 'key:*' then
        lanes.call_all(scope)
        return
    end
    for _, name in ipairs(redis.call('SMEMBERS', tag .. ':holding')) do
        if string.sub(name, 1, 4) == 'key:' then
            lanes.call_all(name)
        end
    end
end

local function set(scope, most, rate, per, burst, origin)
    local old = redis.call('HGET', limits, scope)
    if old and origin == 'd' and string.sub(old, -1) == 'o' then
        return
    end
    local new = most .. ' ' .. rate .. ' ' .. per .. ' ' .. burst .. ' ' .. origin
    local none = most == '0' and rate == '0'
    if none and not old or old == new then
        return -- each worker that connects says its limits again: nobody is called for that
    elseif none then
        redis.call('HDEL', limits, scope)
    else
        redis.call('HSET', limits, scope, new)
        redis.call('HSET', meta, 'lanes', '1')
    end
    changed = changed + 1
    call_all(scope)
end

for i = 1, #ARGV, 6 do
    set(unpack(ARGV, i, i + 5))
end
if lanes.any() then
    lib().wake(meta, KEYS[2])
end
return {changed, t}
