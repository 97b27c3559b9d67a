-- Version 1.1: the company's website, on live and archived leads. Leads that had one before a rollback get it back; for the others
-- it is the domain of a business address. The seed made one up from the company's name; a name is no evidence of a website.
ALTER TABLE leadline.leads ADD COLUMN company_website VARCHAR(500);
ALTER TABLE leadline.leads_archive ADD COLUMN company_website VARCHAR(500);

UPDATE leadline.leads SET company_website = extra ->> 'company_website', extra = extra - 'company_website' WHERE extra ? 'company_website';
UPDATE leadline.leads_archive SET company_website = extra ->> 'company_website', extra = extra - 'company_website' WHERE extra ? 'company_website';

UPDATE leadline.leads SET company_website = 'https://' || split_part(email_key, '@', 2),
  field_sources = field_sources || '{"company_website": {"source": "derived"}}' WHERE company_website IS NULL AND email_class = 'business';
UPDATE leadline.leads_archive SET company_website = 'https://' || split_part(email_key, '@', 2),
  field_sources = field_sources || '{"company_website": {"source": "derived"}}' WHERE company_website IS NULL AND email_class = 'business';
