DROP INDEX CONCURRENTLY IF EXISTS leadline.idx_leads_ruleset;
