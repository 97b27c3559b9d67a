-- Back to version 1.0. The seed's rollback loses what people entered; here it waits in a table of its own for the next upgrade.
-- Locked first: a website written between the copy and the drop would be lost.
LOCK TABLE leadline.leads, leadline.leads_archive IN ACCESS EXCLUSIVE MODE;

CREATE TABLE leadline.company_website_kept (id UUID PRIMARY KEY, company_website VARCHAR(500) NOT NULL);
INSERT INTO leadline.company_website_kept
  SELECT id, company_website FROM leadline.leads WHERE company_website IS NOT NULL
  UNION ALL
  SELECT id, company_website FROM leadline.leads_archive WHERE company_website IS NOT NULL;

ALTER TABLE leadline.leads DROP COLUMN company_website;
ALTER TABLE leadline.leads_archive DROP COLUMN company_website;
