#!lua flags=allow-oom
-- pause.lua - a schedule makes no jobs, or makes them again from now on.
--
-- KEYS  {ns}:schedules {ns}:schedules:rev {ns}:schedules:paused {ns}:schedules:planned
-- ARGV  name, 1 pause / 0 resume
-- Returns {code, now}: 1 done, 0 there is none, 2 it was so before
-- Twice The second answers 2.
-- Planned times until the end of the pause are passed over: nobody fires them later.

local all, rev, paused, planned = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local name, pausing = ARGV[1], ARGV[2] == '1'
local t = now()
if redis.call('HEXISTS', all, name) == 0 then
    return {0, t}
elseif (redis.call('HEXISTS', paused, name) == 1) == pausing then
    return {2, t}
end
local far = parse_planned(redis.call('HGET', planned, name))
far.version = revision_of(rev) + 1
if pausing then
    redis.call('HSET', paused, name, whole(t))
else
    redis.call('HDEL', paused, name)
    far.passed = math.max(far.passed, t)
end
redis.call('HSET', planned, name, format_planned(far))
set_revision(rev, far.version)
return {1, t}
