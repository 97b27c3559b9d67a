-- Back to before endpoints. Those that people connected wait in a table of their own for the next upgrade; their providers hear 404
-- until then, and try again.
LOCK TABLE leadline.endpoints IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.endpoints_kept (kept JSONB NOT NULL);
INSERT INTO leadline.endpoints_kept SELECT to_jsonb(e) FROM leadline.endpoints e;
DROP TABLE leadline.endpoints;
