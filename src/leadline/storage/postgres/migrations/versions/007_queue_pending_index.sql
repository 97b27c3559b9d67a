-- What must not be NULL is said so that only the queue reads this: the list of a status, by id, has an index of its own.
CREATE INDEX CONCURRENTLY idx_notifications_pending ON leadline.notifications (notification_type, recipient, id)
  WHERE status = 'pending' AND recipient IS NOT NULL;
