-- look.lua - does a record decode? The loader puts this text in front of the scripts
-- that ask (survey, audit). The answer is that of broker-client/record.h. Both may be asked
-- about the keys of the namespace too.
--
-- A record may have megabytes, so it is read in windows.

local WINDOW = 4096
local RECORD_MAX = 4 * 1024 * 1024
local CLOCK_SLACK = 60000 -- ms that a time may lie ahead
local INT_MAX = 2147483647
local ANY = math.huge -- what 63 bits hold
-- Keys of the namespace with their types; those with something behind a colon live as long
-- as a lease or a few heartbeats.
local SPACE = {proto = 'string', queues = 'set', tasks = 'hash', workers = 'zset',
    schedules = 'hash', ['schedules:rev'] = 'string', ['schedules:paused'] = 'hash',
    ['schedules:planned'] = 'hash', ['schedules:last'] = 'hash'}
-- The fields that are numbers, with the greatest value.
local BODY = {[3] = INT_MAX, [4] = 4, [5] = ANY, [6] = ANY, [7] = ANY, [8] = ANY, [9] = ANY,
    [16] = 11, [17] = ANY}
local OUTCOME = {[1] = 6, [3] = INT_MAX, [4] = INT_MAX, [5] = ANY, [8] = INT_MAX, [9] = ANY}

local is_space = not string.find(tag, ':', 1, true)

-- The type that a key of the namespace should have (nil: not known), and whether it must end.
local function space_type(word)
    local kind = string.match(word, '^(%a+):')
    if kind == 'lead' or kind == 'worker' then
        return 'string', true
    elseif kind == 'fires' then
        return 'list', false
    end
    return SPACE[word], false
end

-- The history of a schedule that is none.
local function is_left_over(word)
    local name = string.match(word, '^fires:(.*)$')
    return name and redis.pcall('HEXISTS', tag .. ':schedules', name) == 0
end

-- Schedules that were claimed, or passed over, for a time that lies ahead, or of which nothing can
-- be read: n x (name, what it should be up to its version).
local function odd_planned(word, at_most)
    local kept = word == 'schedules:planned' and redis.pcall('HGETALL', tag .. ':' .. word) or {}
    local odd = {}
    for i = 1, #kept, 2 do
        local at, queue, state, passed = string.match(kept[i + 1],
            '^(%d+) ([a-z0-9_.-]+) ([od]) (%d+) %d+$')
        at, passed = tonumber(at or '0'), tonumber(passed or '0')
        if not state or math.max(at, passed) > at_most + CLOCK_SLACK then
            odd[#odd + 1] = kept[i]
            odd[#odd + 1] = string.format('%.0f %s d %.0f ', math.min(at, at_most), queue or '.',
                math.min(passed, at_most))
        end
    end
    return odd
end

-- A function that gives the byte at an offset, nil behind the end.
local function bytes_of(key)
    local from = 0
    local text = redis.call('GETRANGE', key, 0, WINDOW - 1)
    return function(at)
        if at < from or at >= from + #text then
            from = at
            text = redis.call('GETRANGE', key, at, at + WINDOW - 1)
        end
        return string.byte(text, at - from + 1)
    end
end

-- A varint of at most 63 bits in its shortest form: the value and the offset behind it.
local function varint_at(byte, at)
    local value, scale = 0, 1
    for i = 0, 8 do
        local one = byte(at + i)
        if not one or (one == 0 and i > 0) then
            return nil
        elseif one < 128 then
            return value + one * scale, at + i + 1
        end
        value = value + (one - 128) * scale
        scale = scale * 128
    end
    return nil
end

local function fields_fault(byte, at, stop, numbers, what)
    while at < stop do
        local kind = byte(at)
        local length, data = varint_at(byte, at + 1)
        if not length or data + length > stop then
            return 'a field of the ' .. what .. ' is cut off'
        end
        if numbers[kind] then
            local value, behind = varint_at(byte, data)
            if behind ~= data + length or value > numbers[kind] then
                return 'field ' .. kind .. ' of the ' .. what .. ' is not a number'
            end
        end
        at = data + length
    end
    return nil
end

-- The head at an offset: what is wrong, or nil and the letter.
local function head_fault(byte, at)
    local version = byte(at)
    if not version then
        return 'it is empty'
    elseif version > 1 then
        return 'its version ' .. version .. ' is newer than 1'
    elseif version < 1 then
        return 'there is no version ' .. version
    elseif not byte(at + 10) or byte(at + 10) > 127 then
        return 'the head is cut off'
    end
    return nil, byte(at + 1)
end

local function live_fault(byte, at, size)
    local flags, body = byte(at + 2), at + 11
    for _, bit in ipairs({4, 8}) do
        if math.floor(flags / bit) % 2 == 1 then
            body = body + 8
            if not byte(body - 1) or byte(body - 1) > 127 then
                return 'a time is cut off'
            end
        end
    end
    return fields_fault(byte, body, size, BODY, 'body')
end

local function final_fault(byte, size)
    local length = byte(11)
    local at = length and 12 + length
    if not at or not byte(at + 3) then
        return 'the outcome is cut off'
    end
    local stop = at + 4 + byte(at) + byte(at + 1) * 256 + byte(at + 2) * 65536
        + byte(at + 3) * 16777216
    if stop > size then
        return 'the outcome is cut off'
    end
    local fault, letter = fields_fault(byte, at + 4, stop, OUTCOME, 'outcome')
    if not fault then
        fault, letter = head_fault(byte, stop)
    end
    if not fault and letter ~= LIVE then
        fault = 'no live record is inside the final one'
    end
    return fault or live_fault(byte, stop, size)
end

-- Of a record that exists: what is wrong with it, or nil and its letter as a byte.
local function record_fault(key)
    local kind = redis.call('TYPE', key).ok
    if kind ~= 'string' then
        return 'it is a ' .. kind .. ', not a string'
    end
    local size = redis.call('STRLEN', key)
    if size > RECORD_MAX then
        return 'its ' .. size .. ' bytes are too many'
    end
    local byte = bytes_of(key)
    local fault, letter = head_fault(byte, 0)
    if fault then
        return fault
    elseif letter == LIVE then
        fault = live_fault(byte, 0, size)
    elseif letter ~= 0 and string.find('SFCE', string.char(letter), 1, true) then
        fault = final_fault(byte, size)
    else
        fault = string.format('there is no such kind: 0x%02x', letter)
    end
    return fault, letter
end
