-- Back to before imports. The runs wait in a table of their own for the next upgrade; until then none of them can be taken back.
LOCK TABLE leadline.import_runs IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.import_runs_kept (kept JSONB NOT NULL);
INSERT INTO leadline.import_runs_kept SELECT to_jsonb(r) FROM leadline.import_runs r;
DROP TABLE leadline.import_runs;
