#!lua flags=allow-oom
-- drop.lua - remove a live schedule with its history.
--
-- KEYS  {ns}:schedules {ns}:schedules:rev {ns}:schedules:paused {ns}:schedules:planned
--       {ns}:schedules:last
-- ARGV  name
-- Returns {code, now}: 1 removed, 0 there is none, 3 refused: it belongs to a file
-- Twice The second answers 0.

local t = now()
local kept = redis.call('HGET', KEYS[1], ARGV[1])
if not kept then
    return {0, t}
end
local _, source = parse_definition(kept)
if is_of_file(source) then
    return {3, t}
end
forget_schedule(ARGV[1], {KEYS[1], KEYS[3], KEYS[4], KEYS[5]})
set_revision(KEYS[2], revision_of(KEYS[2]) + 1)
return {1, t}
