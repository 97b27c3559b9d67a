-- Back to before kept counts: they are made anew by the next upgrade.
DROP TRIGGER count_added ON leadline.leads;
DROP TRIGGER count_removed ON leadline.leads;
DROP TRIGGER count_changed ON leadline.leads;
DROP TRIGGER count_forgotten ON leadline.leads;
DROP FUNCTION leadline.count_added_leads(), leadline.count_removed_leads(), leadline.count_changed_lead(),
  leadline.forget_counts(), leadline.recount_leads();
DROP TABLE leadline.lead_counts;
