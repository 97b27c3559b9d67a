-- Rule sets: who published which, what it brings back, and drafts. What is here already is left, for the index that follows is
-- made outside of this transaction: a run that was cut off there begins again.
ALTER TABLE leadline.scoring_rulesets
  ADD COLUMN IF NOT EXISTS actor_kind VARCHAR(20) DEFAULT 'system' NOT NULL,
  ADD COLUMN IF NOT EXISTS actor_name VARCHAR(255),
  ADD COLUMN IF NOT EXISTS user_id UUID,
  ADD COLUMN IF NOT EXISTS restores INTEGER,
  ADD COLUMN IF NOT EXISTS notifies BOOLEAN DEFAULT false NOT NULL;

CREATE TABLE IF NOT EXISTS leadline.ruleset_drafts (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  rules JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  actor_kind VARCHAR(20) DEFAULT 'system' NOT NULL,
  actor_name VARCHAR(255),
  user_id UUID,
  version INTEGER DEFAULT 1 NOT NULL,
  PRIMARY KEY (id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON leadline.ruleset_drafts TO leadline_app;

-- What the rollback kept.
CREATE TABLE IF NOT EXISTS leadline.rulesets_kept (place TEXT NOT NULL, kept JSONB NOT NULL);
UPDATE leadline.scoring_rulesets r
  SET actor_kind = p.actor_kind, actor_name = p.actor_name, user_id = p.user_id, restores = p.restores, notifies = p.notifies
  FROM leadline.rulesets_kept k, jsonb_populate_record(NULL::leadline.scoring_rulesets, k.kept) p
  WHERE k.place = 'scoring_rulesets' AND p.version = r.version;
INSERT INTO leadline.ruleset_drafts
  SELECT d.* FROM leadline.rulesets_kept k, jsonb_populate_record(NULL::leadline.ruleset_drafts, k.kept) d
  WHERE k.place = 'ruleset_drafts';
DROP TABLE leadline.rulesets_kept;
