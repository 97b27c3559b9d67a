CREATE INDEX CONCURRENTLY idx_submissions_endpoint ON leadline.submissions (endpoint, id) WHERE endpoint IS NOT NULL AND replay_of IS NULL;
