-- Where one batch is put together: HSCAN may give a field twice.
CREATE TEMPORARY TABLE quern_activity_batch (
  user_id bigint PRIMARY KEY,
  events  bigint,
  seen_at timestamptz
) ON COMMIT DROP
