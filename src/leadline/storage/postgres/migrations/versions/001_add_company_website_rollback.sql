-- Back to version 1.0. The seed's rollback loses what people entered; here it waits in `extra` for the next upgrade.
UPDATE leadline.leads SET extra = extra || jsonb_build_object('company_website', company_website) WHERE company_website IS NOT NULL;
UPDATE leadline.leads_archive SET extra = extra || jsonb_build_object('company_website', company_website) WHERE company_website IS NOT NULL;

ALTER TABLE leadline.leads DROP COLUMN company_website;
ALTER TABLE leadline.leads_archive DROP COLUMN company_website;
