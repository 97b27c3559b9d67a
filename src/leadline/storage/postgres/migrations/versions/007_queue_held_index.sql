CREATE INDEX CONCURRENTLY idx_notifications_held ON leadline.notifications (notification_type, next_attempt_at) WHERE status = 'held';
