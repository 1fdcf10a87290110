-- unique.lua - who has a unique key (docs/decisions/0008), for the scripts that give it.
-- Its end is let_go() in lib.lua.

-- A holder that is over does not count, but for a window, which stays.
local function holder_of(key)
    local kept = redis.call('GET', tag .. ':unique:' .. key) or ''
    local letter, name = string.match(kept, '^(.)(.+)$')
    if name and (letter == 'w' or is_live(redis.call('GETRANGE', record_key(name), 0, 10))) then
        return name
    end
end

-- letter: until s started, f finished, w the window is over; most: ms at most, 0 no bound.
local function claim(key, letter, name, most)
    local life = tonumber(most) > 0 and {'PX', most} or {}
    redis.call('SET', tag .. ':unique:' .. key, letter .. name, unpack(life))
    if letter ~= 'w' then
        redis.call('HSET', tag .. ':uniques', name, letter .. ' ' .. key)
    end
end
