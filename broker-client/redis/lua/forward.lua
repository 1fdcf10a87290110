#!lua flags=allow-oom
-- forward.lua - what is due now: scheduled | retrying -> queued. Also puts back a
-- wake token that was lost.
--
-- KEYS  meta wake ready0 ready1 ready2 ready3 due retry
-- ARGV  limit for each of both sets (at most 450)
-- Returns {now, moved, next_due}: next_due in ms, -1 for none
-- Twice The second moves what has become due since.

local meta = KEYS[1]
local t = now()
local moved = 0
local next_due = -1
local lanes = lanes_in_use(meta, t)

for k = 7, 8 do
    local names = redis.call('ZRANGEBYSCORE', KEYS[k], '-inf', t, 'LIMIT', 0, tonumber(ARGV[1]))
    if #names > 0 then
        local keys = {}
        for i = 1, #names do
            keys[i] = record_key(names[i])
        end
        local records = redis.call('MGET', unpack(keys))
        local lines = {{}, {}, {}, {}}
        for i = 1, #names do
            if is_live(records[i]) then
                local line = lines[1 + lib().priority_of(records[i])]
                line[#line + 1] = lib().element_of(names[i], records[i])
            end
        end
        redis.call('ZREM', KEYS[k], unpack(names))
        for p = 1, 4 do
            if #lines[p] > 0 then
                redis.call('LPUSH', KEYS[2 + p], unpack(lines[p]))
                moved = moved + #lines[p]
            end
        end
    end
    local first = redis.call('ZRANGE', KEYS[k], 0, 0, 'WITHSCORES')[2]
    if first and (next_due < 0 or tonumber(first) < next_due) then
        next_due = math.min(tonumber(first), LATEST)
    end
end
local refill = lanes and lanes.refill()
if refill and (next_due < 0 or refill < next_due) then
    next_due = refill
end
local any = lanes and lanes.any()
for p = 3, 6 do
    any = any or redis.call('LLEN', KEYS[p]) > 0
end
if any then
    lib().wake(meta, KEYS[2])
end
return {t, moved, next_due}
