#!lua flags=no-writes
-- stats.lua - the figures of one queue.
--
-- KEYS  meta ready0 ready1 ready2 ready3 running due retry failed ended leases
-- Returns {now, queued0..queued3, running, scheduled, retrying, failed, ended,
--       workers, oldest_ms, parked, meta fields and values flat}
--       oldest_ms: when the job that is next in line was enqueued, -1 for none

local t = now()
local reply = {t}
local oldest = -1
for p = 2, 5 do
    reply[p] = redis.call('LLEN', KEYS[p])
    local last = redis.call('LINDEX', KEYS[p], -1)
    local record = last and redis.call('GETRANGE', record_key(string.sub(last, 2)), 0, 10)
    if record and #record == 11 and is_live(record) then
        local at = struct.unpack('<i8', record, 4)
        if oldest < 0 or at < oldest then
            oldest = at
        end
    end
end
reply[6] = redis.call('HLEN', KEYS[6])
reply[7] = redis.call('ZCARD', KEYS[7])
reply[8] = redis.call('ZCARD', KEYS[8])
reply[9] = redis.call('ZCARD', KEYS[9])
reply[10] = redis.call('LLEN', KEYS[10])
reply[11] = redis.call('ZCARD', KEYS[11])
reply[12] = oldest
reply[13] = redis.call('ZCARD', tag .. ':lanes')
reply[14] = redis.call('HGETALL', KEYS[1])
return reply
