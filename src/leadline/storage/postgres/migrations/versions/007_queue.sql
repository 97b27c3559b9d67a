-- The queue: who is about to send a notification, how often it was tried, what the provider said; addresses that want none; workers;
-- and when people want to be told.
ALTER TABLE leadline.notifications
  ADD COLUMN IF NOT EXISTS status_reason VARCHAR(50),
  ADD COLUMN IF NOT EXISTS next_attempt_at TIMESTAMP WITH TIME ZONE,
  ADD COLUMN IF NOT EXISTS lease_until TIMESTAMP WITH TIME ZONE,
  ADD COLUMN IF NOT EXISTS leased_by VARCHAR(100),
  ADD COLUMN IF NOT EXISTS provider_id TEXT,
  ADD COLUMN IF NOT EXISTS provider_response TEXT;
ALTER TABLE leadline.users
  ADD COLUMN IF NOT EXISTS quiet_from VARCHAR(5),
  ADD COLUMN IF NOT EXISTS quiet_to VARCHAR(5),
  ADD COLUMN IF NOT EXISTS hot_in_quiet_hours BOOLEAN DEFAULT false NOT NULL,
  ADD COLUMN IF NOT EXISTS digest_at VARCHAR(5);

CREATE TABLE IF NOT EXISTS leadline.suppressions (
  address VARCHAR(255) NOT NULL,
  reason VARCHAR(50) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (address)
);
CREATE TABLE IF NOT EXISTS leadline.workers (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  place VARCHAR(255) NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id)
);

-- Who unsubscribed is never taken out by the application.
GRANT SELECT, INSERT ON leadline.suppressions TO leadline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON leadline.workers TO leadline_app;

-- What the rollback kept. Users and notifications may have gone meanwhile.
CREATE TABLE IF NOT EXISTS leadline.queue_kept (place TEXT NOT NULL, kept JSONB NOT NULL);
INSERT INTO leadline.suppressions (address, reason, created_at)
  SELECT s.address, s.reason, s.created_at FROM leadline.queue_kept k, jsonb_populate_record(NULL::leadline.suppressions, k.kept) s
  WHERE k.place = 'suppressions' ON CONFLICT DO NOTHING;
UPDATE leadline.users u SET quiet_from = o.quiet_from, quiet_to = o.quiet_to, hot_in_quiet_hours = o.hot_in_quiet_hours,
    digest_at = o.digest_at
  FROM leadline.queue_kept k, jsonb_populate_record(NULL::leadline.users, k.kept) o WHERE k.place = 'users' AND o.id = u.id;
UPDATE leadline.notifications n SET status_reason = o.status_reason, next_attempt_at = o.next_attempt_at,
    provider_id = o.provider_id, provider_response = o.provider_response
  FROM leadline.queue_kept k, jsonb_populate_record(NULL::leadline.notifications, k.kept) o
  WHERE k.place = 'notifications' AND o.id = n.id;
DROP TABLE leadline.queue_kept;
