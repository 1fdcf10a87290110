#!lua flags=allow-oom
-- note.lua - progress and log lines of running jobs. Changes no state.
--
-- KEYS  meta running progress
-- ARGV  log_max bytes, log_ttl_ms, then 4 for each of 1-100 notes:
--       name, token, progress ('' none), log lines ('' none)
-- Returns {now, code, ...}: 1 written, 3 stale (another run has it)
-- Twice Progress is the same; log lines would stand there twice, so a note
--       whose reply was lost is not sent again.

local running, progress = KEYS[2], KEYS[3]
local t = now()
local reply = {t}
for i = 3, #ARGV, 4 do
    local name = ARGV[i]
    local code = 3
    if redis.call('HGET', running, name) == ARGV[i + 1] then
        code = 1
        if ARGV[i + 2] ~= '' then
            redis.call('HSET', progress, name, ARGV[i + 2])
        end
        if ARGV[i + 3] ~= '' then
            local key = tag .. ':log:' .. name
            local room = tonumber(ARGV[1]) - redis.call('STRLEN', key)
            if room >= #ARGV[i + 3] then
                redis.call('APPEND', key, ARGV[i + 3])
                redis.call('PEXPIRE', key, tonumber(ARGV[2]))
            end
        end
    end
    reply[#reply + 1] = code
end
return reply
