-- Back to counting lead by lead.
DROP TRIGGER count_changed ON leadline.leads;
DROP FUNCTION leadline.count_changed_leads();

CREATE FUNCTION leadline.count_changed_lead() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = leadline, pg_temp AS $$
BEGIN
  INSERT INTO lead_counts AS c
    SELECT assigned_to, category, status, is_waiting, needs_review, step FROM (VALUES
        (OLD.assigned_to, OLD.category, OLD.status, OLD.waiting_since IS NOT NULL, OLD.needs_review, OLD.is_deleted OR OLD.is_spam, -1),
        (NEW.assigned_to, NEW.category, NEW.status, NEW.waiting_since IS NOT NULL, NEW.needs_review, NEW.is_deleted OR NEW.is_spam, 1))
      AS v (assigned_to, category, status, is_waiting, needs_review, is_hidden, step)
    WHERE NOT is_hidden ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (assigned_to, category, status, is_waiting, needs_review) DO UPDATE SET leads = c.leads + excluded.leads;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION leadline.count_changed_lead() FROM PUBLIC;

CREATE TRIGGER count_changed AFTER UPDATE ON leadline.leads FOR EACH ROW WHEN (
    (OLD.assigned_to, OLD.category, OLD.status, OLD.waiting_since IS NULL, OLD.needs_review, OLD.is_deleted OR OLD.is_spam)
    IS DISTINCT FROM
    (NEW.assigned_to, NEW.category, NEW.status, NEW.waiting_since IS NULL, NEW.needs_review, NEW.is_deleted OR NEW.is_spam))
  EXECUTE FUNCTION leadline.count_changed_lead();
