-- For the transaction only: a time without a zone is one in UTC, and what is compiled for one
-- statement costs more than it saves.
SELECT set_config('TimeZone', 'UTC', true), set_config('jit', 'off', true)
