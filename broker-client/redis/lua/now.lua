-- now.lua - the broker's time in Unix ms. The loader puts it in front of each
-- script; tests load another, so that time is an argument here too.

local function now()
    local t = redis.call('TIME')
    return t[1] * 1000 + math.floor(t[2] / 1000)
end
