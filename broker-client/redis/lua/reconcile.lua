#!lua flags=allow-oom
-- reconcile.lua - compare what a worker holds with what the queue says.
-- running -> queued for entries of this incarnation that it does not hold: a
-- take whose reply was lost, a finish that the append-only file forgot. Entries of
-- an incarnation without a lease, which no recover would look for, become its to move.
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 running leases dead progress
-- ARGV  incarnation, then name, token of each run it holds
-- Returns {status, now, gone, requeued}: 'ok' | 'lost'; gone: names held that
--       belong to somebody else or to nobody (kill those executors);
--       requeued: names given back to the queue, no attempt used
-- Twice The second finds nothing to do.
-- Must not be sent while a take of this incarnation is under way.

local meta, running, leases, dead = KEYS[1], KEYS[7], KEYS[8], KEYS[9]
local t = now()
if not redis.call('ZSCORE', leases, ARGV[1]) then
    return {'lost', t, {}, {}}
end
local mine = {}
for i = 2, #ARGV, 2 do
    mine[ARGV[i]] = ARGV[i + 1]
end
local gone, unheld, requeued = {}, {}, {}
local entries = redis.call('HGETALL', running)
local prefix = ARGV[1] .. ':'
local there, owners = {}, {}
for i = 1, #entries, 2 do
    local name, token = entries[i], entries[i + 1]
    there[name] = token
    owners[string.match(token, '^(.*):%d+$') or ARGV[1]] = true
    if string.sub(token, 1, #prefix) == prefix and mine[name] ~= token then
        unheld[#unheld + 1] = {name = name, token = token}
    end
end
for name, token in pairs(mine) do
    if there[name] ~= token then
        gone[#gone + 1] = name
    end
end
for owner in pairs(owners) do
    if not redis.call('ZSCORE', leases, owner) then
        redis.call('ZADD', dead, 'NX', t, owner)
    end
end
lib().last_first(unheld)
for i = 1, #unheld do
    local name = unheld[i].name
    requeued[i] = name
    redis.call('HDEL', running, name)
    redis.call('HDEL', KEYS[10], name)
    local record = redis.call('GET', record_key(name))
    if is_live(record) then
        redis.call('RPUSH', KEYS[3 + lib().priority_of(record)], lib().element_of(name, record))
    end
end
local lanes = lanes_in_use(meta, t)
if lanes then
    lanes.release(requeued)
end
if #requeued > 0 then
    lib().wake(meta, KEYS[2])
end
return {'ok', t, gone, requeued}
