CREATE INDEX CONCURRENTLY idx_notifications_pending ON leadline.notifications (notification_type, recipient, id) WHERE status = 'pending';
