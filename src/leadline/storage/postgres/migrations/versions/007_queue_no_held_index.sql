DROP INDEX CONCURRENTLY IF EXISTS leadline.idx_notifications_held;
