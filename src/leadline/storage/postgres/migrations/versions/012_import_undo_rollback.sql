-- Back to before imports had a source and undos a memory. Both wait in a table for the next upgrade.
LOCK TABLE leadline.import_runs IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.import_undo_kept (
  id UUID NOT NULL, source VARCHAR(100), undo_rows INTEGER NOT NULL, deleted INTEGER NOT NULL, given_back INTEGER NOT NULL,
  kept_count INTEGER NOT NULL, kept JSONB NOT NULL
);
INSERT INTO leadline.import_undo_kept
  SELECT id, source, undo_rows, deleted, given_back, kept_count, kept FROM leadline.import_runs
  WHERE source IS NOT NULL OR undo_rows > 0 OR undone_at IS NOT NULL;
ALTER TABLE leadline.import_runs
  DROP COLUMN source, DROP COLUMN undo_rows, DROP COLUMN deleted, DROP COLUMN given_back, DROP COLUMN kept_count, DROP COLUMN kept;
