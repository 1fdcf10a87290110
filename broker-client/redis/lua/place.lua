#!lua flags=no-writes
-- place.lua - how many are taken before a job that is in line.
--
-- KEYS  meta ready0 ready1 ready2 ready3 running due retry
-- ARGV  name, how many of its own priority are looked at
-- Returns {ahead, now}: -1 when it is not queued, or is behind more than that
-- Elements of jobs that are cancelled are counted as long as they stand in the lists.

local name = ARGV[1]
local t = now()
local head = redis.call('GETRANGE', record_key(name), 0, 10)
if #head < HEAD or not is_live(head) or redis.call('HEXISTS', KEYS[6], name) == 1
    or redis.call('ZSCORE', KEYS[7], name) or redis.call('ZSCORE', KEYS[8], name) then
    return {-1, t}
end
local mine = 2 + lib().priority_of(head)
local at = redis.call('LPOS', KEYS[mine], lib().element_of(name, head), 'RANK', -1, 'MAXLEN',
    ARGV[2])
if not at then
    return {-1, t}
end
local ahead = redis.call('LLEN', KEYS[mine]) - 1 - at
for p = mine + 1, 5 do
    ahead = ahead + redis.call('LLEN', KEYS[p])
end
return {ahead, t}
