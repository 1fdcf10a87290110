#!lua flags=allow-oom
-- open.lua - the lease to load a value, for one caller at a time.
--
-- No content of a key makes it fail. A kind or group without a version, or with what cannot be one,
-- gets a new one: whatever was kept under an older
-- version, known or forgotten, counts no more.
--
-- KEYS  entry lock wake kind-version group-version
-- ARGV  token, lease_ms, version, version_ms, mode: 'miss' unless the value is there by now,
--       'early' though it is there, 'force' also while somebody else loads
-- Returns {'open', versions}; {'held', left_ms} somebody else loads; {'there'} look again
-- Twice With the same token it says 'held'; the lease ends by time.

local token, lease, version, life, mode = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local versions = redis.call('MGET', KEYS[4], KEYS[5])
if mode == 'miss' and versions[1] and versions[2] then
    local entry = redis.pcall('HMGET', KEYS[1], 'versions', 'grace')
    local counts, grace = entry[1] == versions[1] .. versions[2], tonumber(entry[2])
    if counts and grace and redis.call('PTTL', KEYS[1]) > grace then
        return {'there'}
    end
end
local held = redis.call('PTTL', KEYS[2])
if held > 0 and mode ~= 'force' then
    return {'held', held}
end
for i, key in ipairs({KEYS[4], KEYS[5]}) do
    local now = versions[i]
    if not now or #now ~= #version or now:find('[^%w_-]') then
        redis.call('SET', key, version, 'PX', life)
        versions[i] = version
    end
end
redis.call('SET', KEYS[2], token, 'PX', lease)
redis.call('DEL', KEYS[3])
return {'open', versions[1] .. versions[2]}
