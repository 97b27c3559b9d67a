-- Back to endpoints that all have a routing of their own. 'house' stays where it stands: the version before reads it as Hot and Warm.
ALTER TABLE leadline.endpoints ALTER COLUMN routing SET DEFAULT 'hot_and_warm';
DROP INDEX leadline.idx_submissions_endpoint;
