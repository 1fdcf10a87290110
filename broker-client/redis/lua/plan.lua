-- plan.lua - what the scripts of schedules share. The loader puts this text in front of them.
--
-- A definition is kept as JSON that begins with {"changed_at":<ms>,"source":"<text>", and goes on
-- with what it was given as. How far a schedule is: "<ms> <queue> <o open|d done> <ms> <version>":
-- the last planned time that was claimed, the queue it went to ('.' none), whether somebody noted
-- what became of it, until when planned times are passed over, and the revision that changed its
-- definition or pause last.

local FILE = 'file '

local function space_key(word)
    return string.match(KEYS[1], '^{[^}]*}') .. ':' .. word
end

local function revision_of(key)
    return figure_of(redis.call('GET', key))
end

local function set_revision(key, revision)
    redis.call('SET', key, whole(revision))
end

-- When it changed, its source, what it was given as without the first brace.
local function parse_definition(text)
    return string.match(text or '', '^{"changed_at":(%d+),"source":"([^"]*)",(.*)$')
end

local function is_of_file(source)
    return string.sub(source or '', 1, #FILE) == FILE
end

local function parse_planned(text)
    local at, queue, state, passed, version =
        string.match(text or '', '^(%d+) (%S+) ([od]) (%d+) (%d+)$')
    return {at = tonumber(at or '0'), queue = queue or '.', open = state == 'o',
        passed = tonumber(passed or '0'), version = tonumber(version or '0')}
end

local function format_planned(planned)
    return whole(planned.at) .. ' ' .. planned.queue .. (planned.open and ' o ' or ' d ')
        .. whole(planned.passed) .. ' ' .. whole(planned.version)
end

-- All that is kept of a schedule.
local function forget_schedule(name, hashes)
    for _, key in ipairs(hashes) do
        redis.call('HDEL', key, name)
    end
    redis.call('DEL', space_key('fires:' .. name))
end
