"""What each command does once its options are read: attach to the database, work, and leave it as it was found."""
