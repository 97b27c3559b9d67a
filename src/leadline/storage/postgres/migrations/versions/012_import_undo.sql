-- What an import calls the source of its leads, how far its undo has come, and which leads that left as they are, with the reason.
ALTER TABLE leadline.import_runs
  ADD COLUMN source VARCHAR(100),
  ADD COLUMN undo_rows INTEGER DEFAULT 0 NOT NULL,
  ADD COLUMN deleted INTEGER DEFAULT 0 NOT NULL,
  ADD COLUMN given_back INTEGER DEFAULT 0 NOT NULL,
  ADD COLUMN kept_count INTEGER DEFAULT 0 NOT NULL,
  ADD COLUMN kept JSONB DEFAULT '{}'::jsonb NOT NULL;

-- What the rollback kept.
CREATE TABLE IF NOT EXISTS leadline.import_undo_kept (
  id UUID NOT NULL, source VARCHAR(100), undo_rows INTEGER NOT NULL, deleted INTEGER NOT NULL, given_back INTEGER NOT NULL,
  kept_count INTEGER NOT NULL, kept JSONB NOT NULL
);
UPDATE leadline.import_runs r
  SET source = k.source, undo_rows = k.undo_rows, deleted = k.deleted, given_back = k.given_back, kept_count = k.kept_count,
    kept = k.kept
  FROM leadline.import_undo_kept k WHERE k.id = r.id;
DROP TABLE leadline.import_undo_kept;
