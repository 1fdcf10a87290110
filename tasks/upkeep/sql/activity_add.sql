-- Some fields of a batch: $1 users, $2 events or NULL, $3 when seen, in ms since 1970, or NULL.
-- Nobody was seen in the future, whatever their clock says.
INSERT INTO pg_temp.quern_activity_batch AS b
SELECT user_id, max(events),
       CASE WHEN max(seen_ms) IS NOT NULL
            THEN least(to_timestamp(max(seen_ms) / 1000.0), statement_timestamp()) END
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS f(user_id, events, seen_ms)
GROUP BY user_id
ON CONFLICT (user_id) DO UPDATE
SET events = coalesce(excluded.events, b.events), seen_at = coalesce(excluded.seen_at, b.seen_at)
