-- Adds the batch to what is there. Users are locked in the order of their ids, before the
-- first is written. Gives users, events, and the same of those that are no users (any more).
WITH known AS MATERIALIZED (
  SELECT u.id, b.events, b.seen_at
  FROM users u
  JOIN pg_temp.quern_activity_batch b ON b.user_id = u.id
  ORDER BY u.id
  FOR NO KEY UPDATE OF u
), seen AS (
  UPDATE users u
  SET last_active_at = k.seen_at
  FROM known k
  WHERE u.id = k.id AND k.seen_at > coalesce(u.last_active_at, '-infinity')
), counted AS (
  INSERT INTO quern.activity AS a (user_id, events, last_active_at)
  SELECT id, coalesce(events, 0), seen_at FROM known ORDER BY id
  ON CONFLICT (user_id) DO UPDATE
  SET events = least(a.events::numeric + excluded.events, 9223372036854775807)::bigint,
      last_active_at = greatest(a.last_active_at, excluded.last_active_at),
      updated_at = clock_timestamp()
)
SELECT json_build_object(
  'users', (SELECT count(*) FROM known),
  'events', (SELECT coalesce(sum(events), 0) FROM known),
  'unknown_users', (SELECT count(*) FROM pg_temp.quern_activity_batch)
                   - (SELECT count(*) FROM known),
  'unknown_events', (SELECT coalesce(sum(events), 0) FROM pg_temp.quern_activity_batch)
                    - (SELECT coalesce(sum(events), 0) FROM known))::text
