-- Version 1.1: the company's website, on live and archived leads. The columns come at once; filling them takes as long as there are
-- leads, and runs after this, in steps. IF NOT EXISTS, because a run that was cut off starts here again.
ALTER TABLE leadline.leads ADD COLUMN IF NOT EXISTS company_website VARCHAR(500);
ALTER TABLE leadline.leads_archive ADD COLUMN IF NOT EXISTS company_website VARCHAR(500);

-- What the rollback kept of an earlier 1.1.
CREATE TABLE IF NOT EXISTS leadline.company_website_kept (id UUID PRIMARY KEY, company_website VARCHAR(500) NOT NULL);
