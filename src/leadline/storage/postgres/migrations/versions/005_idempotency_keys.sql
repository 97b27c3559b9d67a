-- Idempotency keys: what a post under a key was answered, kept for seven days. A digest stands for the key, and one for the request.
CREATE TABLE leadline.idempotency_keys (
  digest BYTEA NOT NULL,
  fingerprint BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  submission_id UUID NOT NULL,
  status INTEGER NOT NULL,
  body BYTEA NOT NULL,
  lead_id UUID,
  PRIMARY KEY (digest)
);
CREATE INDEX idx_idempotency_keys_expires_at ON leadline.idempotency_keys (expires_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON leadline.idempotency_keys TO leadline_app;

-- What the rollback kept.
CREATE TABLE IF NOT EXISTS leadline.idempotency_keys_kept (kept JSONB NOT NULL);
INSERT INTO leadline.idempotency_keys
  SELECT k.* FROM leadline.idempotency_keys_kept o, jsonb_populate_record(NULL::leadline.idempotency_keys, o.kept) k;
DROP TABLE leadline.idempotency_keys_kept;
