#!lua flags=no-writes
-- hot.lua - which entries of a cache were asked for often.
--
-- KEYS  entries
-- ARGV  how often
-- Returns their places, from 1 on

local most, hot = tonumber(ARGV[1]), {}
for place, key in ipairs(KEYS) do
    local uses = redis.pcall('HGET', key, 'uses')
    if type(uses) == 'string' and (tonumber(uses) or 0) >= most then
        hot[#hot + 1] = place
    end
end
return hot
