-- Back to nothing. The role stays: other databases of the server may use it.
DROP FUNCTION leadline.remove_demo();
DROP TABLE IF EXISTS leadline.company_website_kept;
DROP TABLE IF EXISTS leadline.accounts_kept;
DROP TABLE IF EXISTS leadline.rulesets_kept;
DROP TABLE IF EXISTS leadline.endpoints_kept;
DROP TABLE leadline.api_keys;
DROP TABLE leadline.sessions;
DROP TABLE leadline.scoring_rulesets;
DROP TABLE leadline.submissions;
DROP TABLE leadline.analytics_snapshots;
DROP TABLE leadline.notifications;
DROP TABLE leadline.activities;
DROP TABLE leadline.leads_archive;
DROP TABLE leadline.leads;
DROP FUNCTION leadline.refuse_change();
DROP TABLE leadline.users;
REVOKE ALL ON ALL TABLES IN SCHEMA leadline FROM leadline_app;
REVOKE USAGE ON SCHEMA leadline FROM leadline_app;
