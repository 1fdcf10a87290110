-- Who asks, and where. Gives one row: database, role, zone, version, superuser, writes, standby.
SELECT current_database(),
       current_user,
       (SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'),
       current_setting('server_version_num'),
       r.rolsuper,
       r.rolsuper OR EXISTS (
           SELECT FROM pg_class c
           JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('r', 'p', 'v', 'f')
             AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
             AND (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
                  OR has_any_column_privilege(c.oid, 'INSERT, UPDATE'))),
       pg_is_in_recovery()
FROM pg_roles r
WHERE r.rolname = current_user
