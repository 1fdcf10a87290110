#!lua flags=no-writes
-- peek.lua - all that is known of jobs, as of one moment.
--
-- KEYS  meta running due retry try cancel progress
-- ARGV  names (1-100)
-- Returns {now, entries}: for each name 9 values, false where there is none:
--       record, token, due_ms, retry_ms, try, cancel_ms, progress, life left of
--       the record of an ended job in ms, what holds back a job in line: "scope
--       running concurrency next_token_ms", -1 for no time

local t = now()
local lanes = lanes_in_use(KEYS[1], t)
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
    local live = is_live(records[i])
    entries[#entries + 1] = records[i] and not live and redis.call('PTTL', keys[i])
    local in_line = live and not columns[1][i] and not columns[2][i] and not columns[3][i]
    entries[#entries + 1] = lanes and in_line and lanes.held_by(ARGV[i], records[i]) or false
end
return {t, entries}
