-- Back to before forms of our own. They wait in a table of their own for the next upgrade, with the spam settings of the other
-- endpoints; whoever opens one hears 404 until then.
LOCK TABLE leadline.endpoints IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.forms_kept (kept JSONB NOT NULL);
INSERT INTO leadline.forms_kept SELECT to_jsonb(e) FROM leadline.endpoints e WHERE provider = 'form' OR spam <> '{}'::jsonb;
DELETE FROM leadline.endpoints WHERE provider = 'form';
ALTER TABLE leadline.endpoints DROP COLUMN form;
ALTER TABLE leadline.endpoints DROP COLUMN spam;
