-- Imports: which file, under which mapping, how far it has come, and what came of its rows. Leads name theirs in import_id.
CREATE TABLE leadline.import_runs (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  name VARCHAR(255) NOT NULL,
  file VARCHAR(64) NOT NULL,
  mapping JSONB DEFAULT '{}'::jsonb NOT NULL,
  columns JSONB DEFAULT '{}'::jsonb NOT NULL,
  rows INTEGER DEFAULT 0 NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  preset VARCHAR(50),
  routes BOOLEAN DEFAULT false NOT NULL,
  notifies BOOLEAN DEFAULT false NOT NULL,
  done INTEGER DEFAULT 0 NOT NULL,
  created INTEGER DEFAULT 0 NOT NULL,
  duplicate INTEGER DEFAULT 0 NOT NULL,
  rejected INTEGER DEFAULT 0 NOT NULL,
  spam INTEGER DEFAULT 0 NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  undone_at TIMESTAMP WITH TIME ZONE,
  actor_name VARCHAR(255) DEFAULT '' NOT NULL,
  user_id UUID,
  version INTEGER DEFAULT 1 NOT NULL,
  PRIMARY KEY (id)
);

GRANT SELECT, INSERT, UPDATE ON leadline.import_runs TO leadline_app;

-- What the rollback kept.
CREATE TABLE IF NOT EXISTS leadline.import_runs_kept (kept JSONB NOT NULL);
INSERT INTO leadline.import_runs SELECT r.* FROM leadline.import_runs_kept k, jsonb_populate_record(NULL::leadline.import_runs, k.kept) r;
DROP TABLE leadline.import_runs_kept;
