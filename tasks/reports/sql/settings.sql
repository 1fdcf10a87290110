-- For the transaction only. The statements are few and heavy: compiling them costs
-- more than it saves.
SELECT set_config('statement_timeout', '60s', true),
       set_config('TimeZone', 'UTC', true),
       set_config('DateStyle', 'ISO, YMD', true),
       set_config('work_mem', '64MB', true),
       set_config('jit', 'off', true)
