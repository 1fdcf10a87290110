#!lua flags=no-writes
-- list.lua - a page of names in one state.
--
-- KEYS  meta ready0 ready1 ready2 ready3 running due retry failed ended
-- ARGV  state letter: s scheduled, q queued, r running, t retrying, F failed,
--       S the ended ones (succeeded, cancelled, expired); offset; limit (<= 1000)
-- Returns {now, next, names}: next is the offset of the next page, -1 at the end
-- The newest come first, queued ones in the order they will be taken. Lists move
-- while somebody pages: a name may show on two pages or be missed. Lists keep names
-- whose job is elsewhere by now (cancelled while queued, replayed after its end) or
-- gone: what state a job has the reader asks with peek, and leaves out the others.

local t = now()
local state, offset, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local names = {}
local total = 0

local function page_of_set(key, reverse)
    total = redis.call('ZCARD', key)
    names = redis.call(reverse and 'ZREVRANGE' or 'ZRANGE', key, offset, offset + limit - 1)
end

if state == 's' then
    page_of_set(KEYS[7], false)
elseif state == 't' then
    page_of_set(KEYS[8], false)
elseif state == 'F' then
    page_of_set(KEYS[9], true)
elseif state == 'S' then
    total = redis.call('LLEN', KEYS[10])
    names = redis.call('LRANGE', KEYS[10], offset, offset + limit - 1)
elseif state == 'r' then
    local all = redis.call('HKEYS', KEYS[6])
    table.sort(all)
    total = #all
    for i = offset + 1, math.min(offset + limit, total) do
        names[#names + 1] = all[i]
    end
else
    -- taken from the right end of each list, priority 3 first
    local skip = offset
    for p = 5, 2, -1 do
        local length = redis.call('LLEN', KEYS[p])
        total = total + length
        if skip >= length then
            skip = skip - length
        elseif #names < limit then
            local last = length - 1 - skip
            local first = math.max(0, last - (limit - #names) + 1)
            local some = redis.call('LRANGE', KEYS[p], first, last)
            for i = #some, 1, -1 do
                names[#names + 1] = string.sub(some[i], 2)
            end
            skip = 0
        end
    end
    -- then those that stand in lanes
    local length = redis.call('ZCARD', tag .. ':lanes')
    if #names < limit and skip < length then
        local some = redis.call('ZRANGE', tag .. ':lanes', skip, skip + limit - #names - 1)
        for i = 1, #some do
            names[#names + 1] = lib().parked_name(some[i])
        end
    end
    total = total + length
end
local after = offset + #names
local next_page = after < total and #names > 0 and after or -1
local once, seen = {}, {}
for _, name in ipairs(names) do
    if not seen[name] then
        seen[name] = true
        once[#once + 1] = name
    end
end
return {t, next_page, once}
