DROP INDEX CONCURRENTLY IF EXISTS leadline.idx_submissions_endpoint;
