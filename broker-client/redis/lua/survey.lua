#!lua flags=no-writes
-- survey.lua - a page of a walk through all that a queue holds, for fsck.
--
-- KEYS  meta ready0 ready1 ready2 ready3 running due retry failed try cancel progress
-- ARGV  part, cursor (both 0 at first), about how many to look at (at most 1,000)
-- Returns {now, part, cursor, looked, names, sights}: part and cursor of the next page, part
--       -1 at the end; names with what was seen of each, a glance that decides nothing:
--       0 stands in a line, 1 so, and something is odd, 2 has a live record and is
--       in no set, so it must stand in a line, 3 something is odd
--       a name 'inbox:<incarnation>' is the list of messages to a worker; for the
--       namespace, whose KEYS have its tag, names are of its keys
-- The parts are the four lines, from the back, so that a take moves nothing that is
-- still to come; the keys of the queue; then the sets and hashes, last the lanes and what
-- runs from them. In the lines all names are told, elsewhere only those that somebody must
-- look at.

local LINE, ODD_LINE, ALONE, ODD = 0, 1, 2, 3
local KEYS_PART, LANES_PART, LAST_PART = 4, 12, 14
local running, due, retry, failed = KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local part, cursor, count = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local t = now()
local names, sights = {}, {}
local looked = 0

local function tell(name, sight)
    if name ~= '' then
        names[#names + 1] = name
        sights[#sights + 1] = sight
    end
end

-- A key of another type than it should have answers nothing here; the audit tells.
local function ask(...)
    local answer = redis.pcall(...)
    return not (type(answer) == 'table' and answer.err) and answer
end

local function is_in_a_set(name)
    return ask('HGET', running, name) or ask('ZSCORE', due, name) or ask('ZSCORE', retry, name)
end

local lanes = not is_space and ask('HEXISTS', KEYS[1], 'lanes') == 1 and open_lanes(KEYS[1], t)

-- A lane that has jobs stands in the ring, or waits for a scope.
local function lane_of_member(member)
    return string.sub(member, 1, (string.find(member, '\0', 1, true) or 1) - 1)
end

local function has_turn(lane)
    return ask('ZSCORE', tag .. ':ring', lane) or lanes and lanes.is_held(lane)
end

local function is_parked(name)
    local front = lanes and ask('GETRANGE', record_key(name), 0, FRONT)
    return front and lanes.is_parked(name, front)
end

local function glance_at_line(element)
    local name = string.sub(element, 2)
    local head = ask('GETRANGE', record_key(name), 0, 10)
    local odd = head and #head == 11 and is_live(head)
        and (lib().priority_of(head) ~= part or element ~= lib().element_of(name, head)
            or is_in_a_set(name))
    tell(name, odd and ODD_LINE or LINE)
end

local function glance_at_record(name, key)
    local fault, letter = record_fault(key)
    local life = redis.call('PTTL', key)
    if fault or (letter == LIVE) ~= (life == -1) then
        tell(name, ODD)
    elseif letter == LIVE then
        if not is_in_a_set(name) and not is_parked(name) then
            tell(name, ALONE)
        end
    elseif letter == 70 and not ask('ZSCORE', failed, name) then
        tell(name, ODD)
    end
end

local function glance_at_space(word, key)
    local wanted, ends = space_type(word)
    if wanted and (redis.call('TYPE', key).ok ~= wanted
        or ends and redis.call('PTTL', key) == -1 or is_left_over(word)
        or #odd_planned(word, t) > 0) then
        tell(word, ODD)
    end
end

local function glance_at_key(key)
    if is_space then
        return glance_at_space(string.sub(key, #tag + 2), key)
    end
    local kind, name = string.match(string.sub(key, #tag + 2), '^(%a+):(.*)$')
    if kind == 'j' then
        glance_at_record(name, key)
    elseif kind == 'log' or kind == 'inbox' then
        local wanted = kind == 'log' and 'string' or 'list'
        if redis.call('PTTL', key) == -1 or redis.call('TYPE', key).ok ~= wanted then
            tell(kind == 'log' and name or 'inbox:' .. name, ODD)
        end
    end
end

-- Whether a member of a set or hash is as it should be, at a glance.
local function looks_well(key, name, value)
    local head = ask('GETRANGE', record_key(name), 0, 2)
    local letter = head and string.byte(head, 2)
    if key == due or key == retry then
        return letter == LIVE and not ask('HGET', running, name)
            and not ask('ZSCORE', key == due and retry or due, name)
    elseif key == failed then
        return letter == 70
    end
    return key == KEYS[10] and letter == LIVE and string.find(value, '^%d+ %d+ %d+ %S+\n')
end

-- Members of :lanes, and names in :holds and :uniques.
local function glance_at_rest(word, entry)
    local name = entry
    local well
    if word == 'lanes' then
        name = lib().parked_name(entry)
        well = has_turn(lane_of_member(entry)) and not is_in_a_set(name) and is_parked(name)
    elseif word == 'holds' then
        well = ask('HGET', running, name)
    else
        well = is_live(ask('GETRANGE', record_key(name), 0, 2))
    end
    if not well then
        tell(name, ODD)
    end
end

local function next_part()
    part = part < LAST_PART and part + 1 or -1
    cursor = '0'
end

if part < KEYS_PART then
    local from = tonumber(cursor)
    local elements = ask('LRANGE', KEYS[2 + part], from, from + count - 1) or {}
    looked = #elements
    for i = 1, looked do
        glance_at_line(elements[i])
    end
    cursor = string.format('%.0f', from + looked)
    if looked < count then
        next_part()
    end
else
    local page
    if part == KEYS_PART then
        page = redis.call('SCAN', cursor, 'MATCH', tag .. ':*', 'COUNT', count)
        for _, key in ipairs(page[2]) do
            glance_at_key(key)
        end
        looked = #page[2]
    elseif part >= LANES_PART then
        local word = ({'lanes', 'holds', 'uniques'})[part - LANES_PART + 1]
        page = ask(word == 'lanes' and 'ZSCAN' or 'HSCAN', tag .. ':' .. word, cursor, 'COUNT',
            count) or {'0', {}}
        for i = 1, #page[2], 2 do
            glance_at_rest(word, page[2][i])
        end
        looked = #page[2] / 2
    else
        local key = KEYS[part + 1]
        local command = (part >= 6 and part <= 8) and 'ZSCAN' or 'HSCAN'
        page = ask(command, key, cursor, 'COUNT', count) or {'0', {}}
        for i = 1, #page[2], 2 do
            if not looks_well(key, page[2][i], page[2][i + 1]) then
                tell(page[2][i], ODD)
            end
        end
        looked = #page[2] / 2
    end
    cursor = page[1]
    if cursor == '0' then
        next_part()
    end
end
return {t, part, cursor, looked, names, sights}
