-- $1 a name. Other ways to ask take abbreviations and POSIX rules too.
SELECT 1 FROM pg_timezone_names WHERE name = $1::text
