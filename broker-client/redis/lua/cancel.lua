#!lua flags=allow-oom
-- cancel.lua - scheduled | queued | retrying -> cancelled; a running job is
-- marked, and its worker told.
--
-- KEYS  meta running cancel
-- ARGV  name, final_ttl_ms
-- Returns {code, now, state}: 0 no such job, 1 cancelled now, 2 running: marked,
--       3 ended before; state: the record's letter then (S F C E), else ''
-- Twice The second answers 3 with C, or 2 again.

local meta, running = KEYS[1], KEYS[2]
local name = ARGV[1]
local t = now()
local key = record_key(name)
local record = redis.call('GET', key)

if not record then
    return {0, t, ''}
end
if not is_live(record) then
    return {3, t, string.char(string.byte(record, 2))}
end
local token = redis.call('HGET', running, name)
if token then
    redis.call('HSET', KEYS[3], name, string.format('%.0f', t))
    local inbox = tag .. ':inbox:' .. string.match(token, '^(.*):%d+$')
    redis.call('RPUSH', inbox, 'cancel ' .. name)
    redis.call('PEXPIRE', inbox, 60000)
    return {2, t, ''}
end
lib().cancel_waiting(name, record, ARGV[2], t)
lib().leave_lane(meta, name, record)
lib().count(meta, 'cancelled', 1)
lib().add_room(meta, -1, -#record)
lib().follow_up(meta, t)
return {1, t, ''}
