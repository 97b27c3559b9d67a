-- Forms of our own: what an endpoint's form shows, and what makes a posting doubtful.
ALTER TABLE leadline.endpoints ADD COLUMN form JSONB;
ALTER TABLE leadline.endpoints ADD COLUMN spam JSONB DEFAULT '{}'::jsonb NOT NULL;

-- What the rollback kept. A name that was given away meanwhile stays with whom it was given to.
CREATE TABLE IF NOT EXISTS leadline.forms_kept (kept JSONB NOT NULL);
UPDATE leadline.endpoints e SET spam = k.kept -> 'spam' FROM leadline.forms_kept k WHERE e.id = (k.kept ->> 'id')::uuid;
INSERT INTO leadline.endpoints
  SELECT e.* FROM leadline.forms_kept k, jsonb_populate_record(NULL::leadline.endpoints, k.kept) e WHERE e.provider = 'form'
  ON CONFLICT DO NOTHING;
DROP TABLE leadline.forms_kept;
