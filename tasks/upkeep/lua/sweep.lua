#!lua flags=allow-oom
-- sweep.lua - one step through the entries of a cache, which removes what nobody wants.
--
-- That is what has no life time, and an entry of a kind that was invalidated since. It is
-- judged and removed in one step, so what others store meanwhile is not touched. The keys are
-- those of tasks/lib/kv_key.h; which ones they are is known on the server only.
--
-- KEYS  none
-- ARGV  namespace, cursor, how many keys to look at, about, dry run: '1' or '0'
-- Returns {cursor, seen, without life, their bytes, of an old version, their bytes}
-- Twice The same keys are looked at again.

local ns, cursor, count, dry_run = unpack(ARGV)
local prefix = ns .. ':kv:'
local versions = {}
local seen, forever, forever_bytes, old, old_bytes = 0, 0, 0, 0, 0

local function version_of(kind)
    if versions[kind] == nil then
        versions[kind] = redis.call('GET', ns .. ':kv-version:' .. kind)
    end
    return versions[kind]
end

-- The version of an entry begins with that of its kind. What is no entry has none.
local function is_old(key)
    local kind = string.match(string.sub(key, #prefix + 1), '^([a-z0-9_-]+):[0-9a-f]+$')
    local made = kind and redis.pcall('HGET', key, 'versions')
    if type(made) ~= 'string' then
        return false
    end
    local now = version_of(kind)
    return not now or string.sub(made, 1, #now) ~= now
end

local found = redis.call('SCAN', cursor, 'MATCH', prefix .. '*', 'COUNT', count)
for _, key in ipairs(found[2]) do
    local left = redis.call('PTTL', key)
    local lives_on = left == -1
    if lives_on or left >= 0 and is_old(key) then
        local bytes = redis.call('MEMORY', 'USAGE', key)
        if lives_on then
            forever, forever_bytes = forever + 1, forever_bytes + bytes
        else
            old, old_bytes = old + 1, old_bytes + bytes
        end
        if dry_run ~= '1' then
            redis.call('UNLINK', key)
        end
    end
    seen = seen + 1
end
return {found[1], seen, forever, forever_bytes, old, old_bytes}
