-- What must not be NULL is said so that only the queue reads this: the list of a status, by id, has an index of its own.
CREATE INDEX CONCURRENTLY idx_notifications_held ON leadline.notifications (notification_type, next_attempt_at)
  WHERE status = 'held' AND next_attempt_at IS NOT NULL;
