#!lua flags=allow-oom
-- pause.lua - stop or go on giving out jobs of this queue.
--
-- KEYS  meta wake ready0 ready1 ready2 ready3
-- ARGV  '1' pause, '0' resume
-- Returns {changed, now}
-- Twice Nothing changes.

local meta = KEYS[1]
local t = now()
local changed
if ARGV[1] == '1' then
    changed = redis.call('HSETNX', meta, 'paused', string.format('%.0f', t))
    redis.call('DEL', KEYS[2])
else
    changed = redis.call('HDEL', meta, 'paused')
    for p = 3, 6 do
        if redis.call('LLEN', KEYS[p]) > 0 then
            wake(meta, KEYS[2])
            break
        end
    end
end
return {changed, t}
