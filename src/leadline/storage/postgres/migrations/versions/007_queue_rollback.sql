-- Back to before the queue. Who wants no mail, when people want to be told, and what providers said waits in a table of its own for the
-- next upgrade; leases and heartbeats are let go.
LOCK TABLE leadline.users, leadline.notifications, leadline.suppressions IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.queue_kept (place TEXT NOT NULL, kept JSONB NOT NULL);
INSERT INTO leadline.queue_kept
  SELECT 'suppressions', to_jsonb(s) FROM leadline.suppressions s
  UNION ALL
  SELECT 'users', jsonb_build_object('id', id, 'quiet_from', quiet_from, 'quiet_to', quiet_to,
    'hot_in_quiet_hours', hot_in_quiet_hours, 'digest_at', digest_at)
  FROM leadline.users WHERE (quiet_from, quiet_to, digest_at) IS DISTINCT FROM (NULL, NULL, NULL) OR hot_in_quiet_hours
  UNION ALL
  SELECT 'notifications', jsonb_build_object('id', id, 'status_reason', status_reason, 'next_attempt_at', next_attempt_at,
    'provider_id', provider_id, 'provider_response', provider_response)
  FROM leadline.notifications
  WHERE coalesce(status_reason, provider_id, provider_response) IS NOT NULL OR next_attempt_at IS NOT NULL;

DROP INDEX leadline.idx_notifications_pending;
DROP INDEX leadline.idx_notifications_held;
DROP TABLE leadline.workers;
DROP TABLE leadline.suppressions;
ALTER TABLE leadline.notifications
  DROP COLUMN status_reason, DROP COLUMN next_attempt_at, DROP COLUMN lease_until, DROP COLUMN leased_by, DROP COLUMN provider_id,
  DROP COLUMN provider_response;
ALTER TABLE leadline.users
  DROP COLUMN quiet_from, DROP COLUMN quiet_to, DROP COLUMN hot_in_quiet_hours, DROP COLUMN digest_at;
