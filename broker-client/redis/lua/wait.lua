#!lua flags=allow-oom
-- wait.lua - be told when jobs end. Register first, then read, then wait.
--
-- KEYS  meta waiters
-- ARGV  channel, ttl_ms, '1' register | '0' withdraw, names (1-100)
-- Returns {now, code, ...}: 1 done, 0 no room (10,000 waited-for jobs, or 100
--       programs for one): ask again
-- Twice The same.

local waiters, channel = KEYS[2], ARGV[1]
local t = now()
local reply = {t}
local room = WAITED_MAX - redis.call('HLEN', waiters)
for i = 4, #ARGV do
    local name = ARGV[i]
    local known = redis.call('HGET', waiters, name)
    local others = {}
    for one in string.gmatch(known or '', '%S+') do
        if one ~= channel then
            others[#others + 1] = one
        end
    end
    local code = 1
    if ARGV[3] == '1' then
        if (known or room > 0) and #others < 100 then
            others[#others + 1] = channel
            room = room - (known and 0 or 1)
        else
            code = 0
        end
    end
    if #others > 0 then
        redis.call('HSET', waiters, name, table.concat(others, ' '))
    elseif known then
        redis.call('HDEL', waiters, name)
    end
    reply[#reply + 1] = code
end
-- The hash is everybody's: a short wait must not cut a long one.
if ARGV[3] == '1' and tonumber(ARGV[2]) > redis.call('PTTL', waiters) then
    redis.call('PEXPIRE', waiters, ARGV[2])
end
return reply
