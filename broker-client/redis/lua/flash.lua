-- flash.lua - sales: stock that jobs of a queue are made against (docs/decisions/0013). The
-- loader puts this text in front of enqueue; nothing is made before open_flash() is called.
--
-- :flash         hash, item -> "stock taken returned ends number": what is on offer, what jobs
--                have taken and gave back, Unix ms of the end or 0, which sale it is
-- :flash:<buyer> string, a line "ms name letter mark" for each try of the last minute; the
--                letter is m when it made a job, s when nothing was left

local FLASH_WINDOW = 60000 -- ms
local FLASH_TRIES = 3 -- of a buyer in it

local function open_flash(t)
    local book = tag .. ':flash'
    local sales, tries = {}, {} -- as they are after the jobs of this call
    local changed_sales, changed_tries = {}, {}
    local flash = {}

    local function sale_of(item)
        if sales[item] == nil then
            sales[item] = lib().parse_sale(redis.call('HGET', book, item)) or false
        end
        return sales[item]
    end

    -- Those that count, the oldest first. Of a clock that went back they are forgotten.
    local function tries_of(buyer)
        if not tries[buyer] then
            local list = {}
            local kept = redis.call('GET', book .. ':' .. buyer) or ''
            for at, name, letter, mark in string.gmatch(kept, '(%d+) (%S+) (%a) (%S+)\n') do
                at = tonumber(at)
                if at <= t and t - at < FLASH_WINDOW then
                    list[#list + 1] = {at = at, name = name, letter = letter, mark = mark}
                end
            end
            tries[buyer] = list
        end
        return tries[buyer]
    end

    -- The code of a try that was made before with this name.
    local function answer_again(list, name, mark)
        for i = 1, #list do
            if list[i].name == name then
                return list[i].mark ~= mark and 11 or list[i].letter == 's' and 7 or 0
            end
        end
        return nil
    end

    -- What 'item quantity buyer mark' gets: the code, and with 1 the field of the record that
    -- holds what was taken, with 8 the ms until the next try.
    function flash.take(name, asks)
        local item, quantity, buyer, mark = string.match(asks, '^(%S+) (%d+) (%S+) (%S+)$')
        local list, sale = tries_of(buyer), sale_of(item)
        local before = answer_again(list, name, mark)
        if before then
            return before
        elseif not sale then
            return 9
        elseif sale.ends > 0 and t >= sale.ends then
            return 10
        elseif #list >= FLASH_TRIES then
            return 8, string.format('%.0f', list[#list - FLASH_TRIES + 1].at + FLASH_WINDOW - t)
        end
        quantity = tonumber(quantity)
        local is_left = sale.taken + quantity <= sale.stock
        list[#list + 1] = {at = t, name = name, letter = is_left and 'm' or 's', mark = mark}
        changed_tries[buyer] = list
        if not is_left then
            return 7
        end
        sale.taken = sale.taken + quantity
        changed_sales[item] = sale
        return 1, lib().field(HOLDS, string.format('%s %.0f %.0f', item, quantity, sale.number))
    end

    function flash.write()
        for item, sale in pairs(changed_sales) do
            redis.call('HSET', book, item, lib().format_sale(sale))
        end
        for buyer, list in pairs(changed_tries) do
            local text = ''
            for i = 1, #list do
                text = text .. string.format('%.0f %s %s %s\n', list[i].at, list[i].name,
                    list[i].letter, list[i].mark)
            end
            redis.call('SET', book .. ':' .. buyer, text, 'PX', FLASH_WINDOW)
        end
    end

    return flash
end
