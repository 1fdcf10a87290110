#!lua flags=allow-oom
-- gate.lua - open a queue, stop giving out its jobs, or stop taking in new ones.
--
-- KEYS  meta wake ready0 ready1 ready2 ready3
-- ARGV  '0' open (ends both of the others), '1' paused, '2' draining
-- Returns {changed, now}
-- Twice Nothing changes.

local meta = KEYS[1]
local t = now()
local words = {['1'] = 'paused', ['2'] = 'draining'}
local word = words[ARGV[1]]
local changed
if word then
    changed = redis.call('HSETNX', meta, word, string.format('%.0f', t))
    if word == 'paused' then
        redis.call('DEL', KEYS[2])
    end
else
    changed = math.min(1, redis.call('HDEL', meta, 'paused', 'draining'))
    local any = redis.call('EXISTS', KEYS[3], KEYS[4], KEYS[5], KEYS[6], tag .. ':ring')
    if any > 0 then
        lib().wake(meta, KEYS[2])
    end
end
return {changed, t}
