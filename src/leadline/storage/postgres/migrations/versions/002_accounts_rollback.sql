-- Back to version 1.1. What people chose and what was sent to them waits in a table of its own for the next upgrade; login tries live
-- for a quarter of an hour, and are let go.
LOCK TABLE leadline.users, leadline.api_keys, leadline.invitations IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.accounts_kept (place TEXT NOT NULL, kept JSONB NOT NULL);
INSERT INTO leadline.accounts_kept
  SELECT 'users', jsonb_build_object('id', id, 'time_zone', time_zone) FROM leadline.users WHERE time_zone <> 'UTC'
  UNION ALL
  SELECT 'api_keys', jsonb_build_object('id', id, 'last_used_at', last_used_at) FROM leadline.api_keys WHERE last_used_at IS NOT NULL
  UNION ALL
  SELECT 'invitations', to_jsonb(i) FROM leadline.invitations i;

DROP TABLE leadline.login_tries;
DROP TABLE leadline.invitations;
ALTER TABLE leadline.api_keys DROP COLUMN last_used_at;
ALTER TABLE leadline.users DROP COLUMN time_zone;
