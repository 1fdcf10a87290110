#!lua flags=allow-oom
-- forget.lua - remove jobs that have ended, with their log.
--
-- KEYS  meta failed
-- ARGV  2 for each of 1-100 jobs: name, ended_ms as it was seen
-- Returns {now, code, ...}: 0 no such job, 1 removed, 2 it has not ended, 3 it ended
--       at another time
-- Twice 0 for each.

local t = now()
local reply = {t}
for i = 1, #ARGV, 2 do
    local name = ARGV[i]
    local head = redis.call('GETRANGE', record_key(name), 0, 10)
    local code = 1
    if head == '' then
        code = 0
    elseif is_live(head) then
        code = 2
    elseif lib().time_at(head, 4) ~= tonumber(ARGV[i + 1]) then
        code = 3
    else
        redis.call('ZREM', KEYS[2], name)
        redis.call('UNLINK', record_key(name), tag .. ':log:' .. name)
    end
    reply[#reply + 1] = code
end
return reply
