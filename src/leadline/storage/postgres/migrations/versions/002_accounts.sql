-- Accounts: invitations, wrong logins that are remembered over a restart, the last use of a key, and the time zone of a person.
ALTER TABLE leadline.users ADD COLUMN time_zone VARCHAR(64) DEFAULT 'UTC' NOT NULL;
ALTER TABLE leadline.api_keys ADD COLUMN last_used_at TIMESTAMP WITH TIME ZONE;

CREATE TABLE leadline.invitations (
  token_hash BYTEA NOT NULL,
  user_id UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  revoked_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (token_hash),
  FOREIGN KEY(user_id) REFERENCES leadline.users (id) ON DELETE CASCADE
);
CREATE INDEX idx_invitations_user_id ON leadline.invitations (user_id);

CREATE TABLE leadline.login_tries (
  slot INTEGER NOT NULL,
  number INTEGER NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
  PRIMARY KEY (slot)
);

GRANT SELECT ON leadline.invitations, leadline.login_tries TO leadline_app;
GRANT INSERT, UPDATE ON leadline.invitations TO leadline_app;
GRANT INSERT, UPDATE, DELETE ON leadline.login_tries TO leadline_app;

-- What the rollback kept. Users and keys may have gone meanwhile.
CREATE TABLE IF NOT EXISTS leadline.accounts_kept (place TEXT NOT NULL, kept JSONB NOT NULL);
UPDATE leadline.users u SET time_zone = k.kept ->> 'time_zone'
  FROM leadline.accounts_kept k WHERE k.place = 'users' AND (k.kept ->> 'id')::uuid = u.id;
UPDATE leadline.api_keys a SET last_used_at = (k.kept ->> 'last_used_at')::timestamptz
  FROM leadline.accounts_kept k WHERE k.place = 'api_keys' AND (k.kept ->> 'id')::uuid = a.id;
INSERT INTO leadline.invitations (token_hash, user_id, created_at, expires_at, used_at, revoked_at)
  SELECT i.token_hash, i.user_id, i.created_at, i.expires_at, i.used_at, i.revoked_at
  FROM leadline.accounts_kept k, jsonb_populate_record(NULL::leadline.invitations, k.kept) i
  WHERE k.place = 'invitations' AND EXISTS (SELECT FROM leadline.users u WHERE u.id = i.user_id);
DROP TABLE leadline.accounts_kept;
