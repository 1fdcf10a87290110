#!lua flags=allow-oom
-- budget.lua - how much may wait in a queue.
--
-- KEYS  meta
-- ARGV  max_jobs, max_bytes: of live jobs; 0 no bound
-- Returns {1, now}
-- Twice The same.

for i, word in ipairs({'max_jobs', 'max_bytes'}) do
    if ARGV[i] == '0' then
        redis.call('HDEL', KEYS[1], word)
    else
        redis.call('HSET', KEYS[1], word, ARGV[i])
    end
end
return {1, now()}
