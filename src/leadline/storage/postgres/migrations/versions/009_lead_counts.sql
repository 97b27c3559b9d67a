-- How many visible leads stand in each cell of owner, category, status, waiting and needs_review, so that the numbers on the tabs need
-- no count. Whatever changes leads, by whatever way, changes these in its own statement.
CREATE TABLE leadline.lead_counts (
  assigned_to UUID,
  category VARCHAR(20) NOT NULL,
  status VARCHAR(50) NOT NULL,
  is_waiting BOOLEAN NOT NULL,
  needs_review BOOLEAN NOT NULL,
  leads BIGINT NOT NULL
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX idx_lead_counts_cell ON leadline.lead_counts (assigned_to, category, status, is_waiting, needs_review) NULLS NOT DISTINCT;

-- The cells are always taken in one order, so that two writers wait for each other and never crosswise.
CREATE FUNCTION leadline.count_added_leads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = leadline, pg_temp AS $$
BEGIN
  INSERT INTO lead_counts AS c
    SELECT assigned_to, category, status, waiting_since IS NOT NULL, needs_review, count(*)
    FROM added WHERE NOT is_deleted AND NOT is_spam GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (assigned_to, category, status, is_waiting, needs_review) DO UPDATE SET leads = c.leads + excluded.leads;
  RETURN NULL;
END $$;

CREATE FUNCTION leadline.count_removed_leads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = leadline, pg_temp AS $$
BEGIN
  INSERT INTO lead_counts AS c
    SELECT assigned_to, category, status, waiting_since IS NOT NULL, needs_review, -count(*)
    FROM removed WHERE NOT is_deleted AND NOT is_spam GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (assigned_to, category, status, is_waiting, needs_review) DO UPDATE SET leads = c.leads + excluded.leads;
  RETURN NULL;
END $$;

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

CREATE FUNCTION leadline.forget_counts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = leadline, pg_temp AS $$
BEGIN
  DELETE FROM lead_counts;
  RETURN NULL;
END $$;

-- `leadline doctor --fix`, and the first count: posts wait meanwhile.
CREATE FUNCTION leadline.recount_leads() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = leadline, pg_temp AS $$
  LOCK TABLE leads IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM lead_counts;
  INSERT INTO lead_counts
    SELECT assigned_to, category, status, waiting_since IS NOT NULL, needs_review, count(*)
    FROM leads WHERE NOT is_deleted AND NOT is_spam GROUP BY 1, 2, 3, 4, 5;
$$;
REVOKE ALL ON FUNCTION leadline.count_added_leads(), leadline.count_removed_leads(), leadline.count_changed_lead(),
  leadline.forget_counts(), leadline.recount_leads() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leadline.recount_leads() TO leadline_app;
GRANT SELECT ON leadline.lead_counts TO leadline_app;

CREATE TRIGGER count_added AFTER INSERT ON leadline.leads REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION leadline.count_added_leads();
CREATE TRIGGER count_removed AFTER DELETE ON leadline.leads REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION leadline.count_removed_leads();
-- Most changes leave a lead in its cell: a note, an answer, the search words. Those cost a comparison.
CREATE TRIGGER count_changed AFTER UPDATE ON leadline.leads FOR EACH ROW WHEN (
    (OLD.assigned_to, OLD.category, OLD.status, OLD.waiting_since IS NULL, OLD.needs_review, OLD.is_deleted OR OLD.is_spam)
    IS DISTINCT FROM
    (NEW.assigned_to, NEW.category, NEW.status, NEW.waiting_since IS NULL, NEW.needs_review, NEW.is_deleted OR NEW.is_spam))
  EXECUTE FUNCTION leadline.count_changed_lead();
CREATE TRIGGER count_forgotten AFTER TRUNCATE ON leadline.leads FOR EACH STATEMENT EXECUTE FUNCTION leadline.forget_counts();

SELECT leadline.recount_leads();
