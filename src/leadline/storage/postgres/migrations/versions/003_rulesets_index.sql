-- CONCURRENTLY, so that leads keep coming in.
CREATE INDEX CONCURRENTLY idx_leads_ruleset ON leadline.leads (ruleset_version, id) WHERE status IN ('New', 'Contacted', 'Qualified');
