-- Back to before idempotency keys. The answers wait in a table of their own for the next upgrade; until then a post that is sent
-- again is a repeat of its address.
LOCK TABLE leadline.idempotency_keys IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.idempotency_keys_kept (kept JSONB NOT NULL);
INSERT INTO leadline.idempotency_keys_kept SELECT to_jsonb(k) FROM leadline.idempotency_keys k;
DROP TABLE leadline.idempotency_keys;
