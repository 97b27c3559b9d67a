-- Leads that had a website before a rollback get it back; for the others it is the domain of a business address, marked as derived.
-- The seed made one up from the company's name; a name is no evidence of a website. Two thousand leads at a time, locked in the
-- order in which the application locks them.
DO $$
DECLARE
  place text;
  done uuid;
  upto uuid;
BEGIN
  FOREACH place IN ARRAY ARRAY['leads', 'leads_archive'] LOOP
    done := NULL;
    LOOP
      EXECUTE format('SELECT id FROM leadline.%I WHERE $1 IS NULL OR id > $1 ORDER BY id OFFSET 1999 LIMIT 1', place) INTO upto USING done;
      EXECUTE format($fill$
        WITH batch AS (
          SELECT l.id, k.company_website AS kept
          FROM leadline.%1$I l LEFT JOIN leadline.company_website_kept k ON k.id = l.id
          WHERE ($1 IS NULL OR l.id > $1) AND ($2 IS NULL OR l.id <= $2) AND l.company_website IS NULL
            AND (k.id IS NOT NULL OR l.email_class = 'business')
          ORDER BY l.id FOR NO KEY UPDATE OF l)
        UPDATE leadline.%1$I l SET
          company_website = COALESCE(b.kept, 'https://' || substring(l.email_key FROM '[^@]+$')),
          field_sources = CASE WHEN b.kept IS NULL THEN l.field_sources || '{"company_website": {"source": "derived"}}' ELSE l.field_sources END
        FROM batch b WHERE l.id = b.id$fill$, place) USING done, upto;
      COMMIT;
      EXIT WHEN upto IS NULL;
      done := upto;
    END LOOP;
  END LOOP;
END $$;
