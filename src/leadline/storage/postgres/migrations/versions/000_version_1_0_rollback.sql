-- Back to nothing. The role stays: other databases of the server may use it.
DROP FUNCTION leadline.remove_demo();
DROP TABLE leadline.api_keys;
DROP TABLE leadline.sessions;
DROP TABLE leadline.scoring_rulesets;
DROP TABLE leadline.submissions;
DROP TABLE leadline.analytics_snapshots;
DROP TABLE leadline.notifications;
DROP TABLE leadline.activities;
DROP TABLE leadline.leads_archive;
DROP TABLE leadline.leads;
DROP TABLE leadline.users;
REVOKE USAGE ON SCHEMA leadline FROM leadline_app;
