#!lua flags=no-writes
-- peek.lua - all that is known of jobs, as of one moment.
--
-- KEYS  meta running due retry try cancel progress
-- ARGV  names (1-100)
-- Returns {now, entries}: for each name 8 values, false where there is none:
--       record, token, due_ms, retry_ms, try, cancel_ms, progress, life left of
--       the record of an ended job in ms

local t = now()
local keys = {}
for i = 1, #ARGV do
    keys[i] = record_key(ARGV[i])
end
local records = redis.call('MGET', unpack(keys))
local columns = {
    redis.call('HMGET', KEYS[2], unpack(ARGV)),
    redis.call('ZMSCORE', KEYS[3], unpack(ARGV)),
    redis.call('ZMSCORE', KEYS[4], unpack(ARGV)),
    redis.call('HMGET', KEYS[5], unpack(ARGV)),
    redis.call('HMGET', KEYS[6], unpack(ARGV)),
    redis.call('HMGET', KEYS[7], unpack(ARGV)),
}
local entries = {}
for i = 1, #ARGV do
    entries[#entries + 1] = records[i]
    for c = 1, 6 do
        entries[#entries + 1] = columns[c][i]
    end
    local ended = records[i] and not is_live(records[i])
    entries[#entries + 1] = ended and redis.call('PTTL', keys[i])
end
return {t, entries}
