-- Back to before drafts. Drafts, and who published what, wait in a table of their own for the next upgrade; rule sets and the leads
-- that they scored stay as they are.
LOCK TABLE leadline.scoring_rulesets, leadline.ruleset_drafts IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.rulesets_kept (place TEXT NOT NULL, kept JSONB NOT NULL);
INSERT INTO leadline.rulesets_kept
  SELECT 'scoring_rulesets', to_jsonb(r) - 'rules' - 'name' - 'published_at' FROM leadline.scoring_rulesets r
  UNION ALL
  SELECT 'ruleset_drafts', to_jsonb(d) FROM leadline.ruleset_drafts d;

DROP TABLE leadline.ruleset_drafts;
ALTER TABLE leadline.scoring_rulesets
  DROP COLUMN actor_kind, DROP COLUMN actor_name, DROP COLUMN user_id, DROP COLUMN restores, DROP COLUMN notifies;
DROP INDEX leadline.idx_leads_ruleset;
