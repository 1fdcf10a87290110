#!lua flags=allow-oom
-- cancel.lua - scheduled | queued | retrying -> cancelled; a running job is
-- marked, and its worker told.
--
-- KEYS  meta running due retry try ended cancel waiters
-- ARGV  name, final_ttl_ms
-- Returns {code, now, state}: 0 no such job, 1 cancelled now, 2 running: marked,
--       3 ended before; state: the record's letter then (S F C E), else ''
-- Twice The second answers 3 with C, or 2 again.

local meta, running, tries = KEYS[1], KEYS[2], KEYS[5]
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
    redis.call('HSET', KEYS[7], name, string.format('%.0f', t))
    local inbox = tag .. ':inbox:' .. string.match(token, '^(.*):%d+$')
    redis.call('RPUSH', inbox, 'cancel ' .. name)
    redis.call('PEXPIRE', inbox, 60000)
    return {2, t, ''}
end
local try = parse_try(redis.call('HGET', tries, name))
redis.call('SET', key, final_head('C', NOBODY, t) .. ending_of(try, record), 'PX',
    final_life(ARGV[2]))
redis.call('ZREM', KEYS[3], name)
redis.call('ZREM', KEYS[4], name)
redis.call('HDEL', tries, name)
redis.call('HDEL', KEYS[7], name) -- of a run that reconcile gave back
redis.call('LPUSH', KEYS[6], name)
redis.call('LTRIM', KEYS[6], 0, ENDED_KEPT - 1)
count(meta, 'cancelled', 1)
tell(KEYS[8], {name})
return {1, t, ''}
