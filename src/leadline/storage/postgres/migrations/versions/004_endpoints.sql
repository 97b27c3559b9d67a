-- Endpoints: where a provider posts to, how it proves itself, and what its labels mean.
CREATE TABLE leadline.endpoints (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  name VARCHAR(63) NOT NULL,
  provider VARCHAR(20) NOT NULL,
  token VARCHAR(64) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  sealed_secrets BYTEA,
  mapping JSONB DEFAULT '{}'::jsonb NOT NULL,
  defaults JSONB DEFAULT '{}'::jsonb NOT NULL,
  source VARCHAR(100),
  is_active BOOLEAN DEFAULT true NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX idx_endpoints_name ON leadline.endpoints (name);

GRANT SELECT, INSERT, UPDATE ON leadline.endpoints TO leadline_app;

-- What the rollback kept.
CREATE TABLE IF NOT EXISTS leadline.endpoints_kept (kept JSONB NOT NULL);
INSERT INTO leadline.endpoints SELECT e.* FROM leadline.endpoints_kept k, jsonb_populate_record(NULL::leadline.endpoints, k.kept) e;
DROP TABLE leadline.endpoints_kept;
