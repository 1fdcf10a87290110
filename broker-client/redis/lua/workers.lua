#!lua flags=no-writes
-- workers.lua - who is alive.
--
-- KEYS  {ns}:workers
-- ARGV  limit (at most 1000)
-- Returns {now, entries}: incarnation, description (JSON), flat; those whose
--       description ran out are left out

local t = now()
local entries = {}
local base = string.sub(KEYS[1], 1, -2) .. ':' -- {ns}:worker:
for _, incarnation in ipairs(redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1, 'REV')) do
    local text = redis.call('GET', base .. incarnation)
    if text then
        entries[#entries + 1] = incarnation
        entries[#entries + 1] = text
    end
end
return {t, entries}
