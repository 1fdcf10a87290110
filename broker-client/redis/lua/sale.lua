#!lua flags=allow-oom
-- sale.lua - open, change, close or look at a sale (docs/decisions/0013).
--
-- KEYS  meta
-- ARGV  how (look, open, close), item, stock, ends (Unix ms, 0 none)
--       open: what was taken of a sale that is there stays taken
-- Returns {now, there, stock, taken, returned, ends}: there 1 it is (close: was) there, 0 it is
--       not, -1 the queue has no room for another one; then as it is, or was when it was closed
-- Twice The same; close finds nothing.

local SALES_MAX = 1000
local book = tag .. ':flash'
local how, item = ARGV[1], ARGV[2]
local t = now()
local sale = lib().parse_sale(redis.call('HGET', book, item))

if how == 'open' then
    if not sale and redis.call('HLEN', book) >= SALES_MAX then
        return {t, -1, 0, 0, 0, 0}
    end
    sale = sale or {taken = 0, returned = 0,
                    number = redis.call('HINCRBY', KEYS[1], 'sales', 1)}
    sale.stock, sale.ends = tonumber(ARGV[3]), tonumber(ARGV[4])
    redis.call('HSET', book, item, lib().format_sale(sale))
elseif how == 'close' and sale then
    redis.call('HDEL', book, item)
end
if not sale then
    return {t, 0, 0, 0, 0, 0}
end
return {t, 1, sale.stock, sale.taken, sale.returned, sale.ends}
