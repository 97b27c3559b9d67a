-- Once a statement, no longer once a lead. A rescore moves many leads at once, without the routing lock: lead by lead it took cells in the
-- order of the leads, a capture takes them in the order of the cells, and two who wait for each other crosswise stand still for a second.
DROP TRIGGER count_changed ON leadline.leads;
DROP FUNCTION leadline.count_changed_lead();

CREATE FUNCTION leadline.count_changed_leads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = leadline, pg_temp AS $$
BEGIN
  INSERT INTO lead_counts AS c
    SELECT assigned_to, category, status, is_waiting, needs_review, sum(step)
    FROM (
      SELECT assigned_to, category, status, waiting_since IS NOT NULL AS is_waiting, needs_review, 1 AS step
      FROM added WHERE NOT is_deleted AND NOT is_spam
      UNION ALL
      SELECT assigned_to, category, status, waiting_since IS NOT NULL, needs_review, -1
      FROM removed WHERE NOT is_deleted AND NOT is_spam) AS moves
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(step) <> 0 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (assigned_to, category, status, is_waiting, needs_review) DO UPDATE SET leads = c.leads + excluded.leads;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION leadline.count_changed_leads() FROM PUBLIC;

CREATE TRIGGER count_changed AFTER UPDATE ON leadline.leads REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION leadline.count_changed_leads();
