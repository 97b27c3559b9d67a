-- Version 1.0: the seed's tables in an order that runs, and what the main job needs beside them. Without company_website, which
-- revision 001 adds. docs/schema.md says what each column, constraint and index is for, and what became of the seed's.
-- Revisions are frozen: the metadata in tables.py moves on, this file does not.

CREATE TABLE leadline.users (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  full_name VARCHAR(255) NOT NULL,
  email VARCHAR(255) NOT NULL,
  email_key VARCHAR(255) NOT NULL,
  phone VARCHAR(50),
  role VARCHAR(50) DEFAULT 'rep' NOT NULL,
  is_active BOOLEAN DEFAULT true NOT NULL,
  max_active_leads INTEGER DEFAULT 20 NOT NULL,
  current_lead_count INTEGER DEFAULT 0 NOT NULL,
  total_leads_assigned INTEGER DEFAULT 0 NOT NULL,
  total_leads_contacted INTEGER DEFAULT 0 NOT NULL,
  total_leads_qualified INTEGER DEFAULT 0 NOT NULL,
  avg_response_time_minutes INTEGER,
  response_minutes_sum BIGINT DEFAULT 0 NOT NULL,
  response_count INTEGER DEFAULT 0 NOT NULL,
  slack_user_id VARCHAR(100),
  notify_email BOOLEAN DEFAULT true NOT NULL,
  notify_slack BOOLEAN DEFAULT true NOT NULL,
  notify_sms BOOLEAN DEFAULT false NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  last_login_at TIMESTAMP WITH TIME ZONE,
  last_turn_at TIMESTAMP WITH TIME ZONE,
  last_turn_seq BIGINT DEFAULT 0 NOT NULL,
  password_hash TEXT,
  is_demo BOOLEAN DEFAULT false NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT chk_role CHECK (role IN ('rep', 'manager', 'admin'))
);
CREATE UNIQUE INDEX idx_users_email ON leadline.users (email_key);

CREATE TABLE leadline.leads (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  company_name VARCHAR(255) NOT NULL,
  contact_name VARCHAR(255) NOT NULL,
  email VARCHAR(255) NOT NULL,
  email_key VARCHAR(255) NOT NULL,
  email_class VARCHAR(20) NOT NULL,
  phone VARCHAR(50),
  phone_e164 VARCHAR(20),
  company_size VARCHAR(50),
  industry VARCHAR(100),
  inquiry_type VARCHAR(100),
  budget_timeline VARCHAR(50),
  current_solution TEXT,
  message TEXT,
  lead_score INTEGER DEFAULT 0 NOT NULL,
  category VARCHAR(20) DEFAULT 'Cold' NOT NULL,
  score_breakdown JSONB DEFAULT '{}'::jsonb NOT NULL,
  raw_score INTEGER DEFAULT 0 NOT NULL,
  ruleset_version INTEGER NOT NULL,
  status VARCHAR(50) DEFAULT 'New' NOT NULL,
  assigned_to UUID,
  priority_flag BOOLEAN DEFAULT false NOT NULL,
  linkedin_url VARCHAR(500),
  company_revenue VARCHAR(50),
  enrichment_status VARCHAR(50) DEFAULT 'Pending' NOT NULL,
  email_reply_count INTEGER DEFAULT 0 NOT NULL,
  pricing_page_visits INTEGER DEFAULT 0 NOT NULL,
  demo_video_watched BOOLEAN DEFAULT false NOT NULL,
  last_activity_date TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  source VARCHAR(100),
  utm_source VARCHAR(100),
  utm_medium VARCHAR(100),
  utm_campaign VARCHAR(100),
  is_deleted BOOLEAN DEFAULT false NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  is_spam BOOLEAN DEFAULT false NOT NULL,
  needs_review BOOLEAN DEFAULT false NOT NULL,
  qualification_bonus_applied BOOLEAN DEFAULT false NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL,
  extra JSONB DEFAULT '{}'::jsonb NOT NULL,
  field_sources JSONB DEFAULT '{}'::jsonb NOT NULL,
  first_contacted_at TIMESTAMP WITH TIME ZONE,
  waiting_since TIMESTAMP WITH TIME ZONE,
  waiting_reason VARCHAR(20),
  route_decision JSONB,
  is_demo BOOLEAN DEFAULT false NOT NULL,
  is_test BOOLEAN DEFAULT false NOT NULL,
  import_id UUID,
  search_words TEXT[],
  PRIMARY KEY (id),
  CONSTRAINT chk_email_format CHECK (email ~ '^[^\s@]+@[^\s@]+$'),
  CONSTRAINT chk_score_range CHECK (lead_score >= 0 AND lead_score <= 100),
  CONSTRAINT chk_category CHECK (category IN ('Hot', 'Warm', 'Cold')),
  CONSTRAINT chk_status CHECK (status IN ('New', 'Contacted', 'Qualified', 'Disqualified', 'Opportunity')),
  CONSTRAINT chk_company_size CHECK (company_size IN ('1-10', '11-50', '51-200', '201-1000', '1000+')),
  CONSTRAINT chk_email_class CHECK (email_class IN ('business', 'free', 'disposable')),
  FOREIGN KEY(assigned_to) REFERENCES leadline.users (id)
);
CREATE INDEX idx_leads_assigned_to ON leadline.leads (assigned_to, status, created_at DESC, id DESC) WHERE assigned_to IS NOT NULL;
CREATE INDEX idx_leads_demo ON leadline.leads (id) WHERE is_demo;
CREATE INDEX idx_leads_drain ON leadline.leads (priority_flag DESC, (category = 'Hot') DESC, waiting_since, id) WHERE waiting_since IS NOT NULL AND status IN ('New', 'Contacted', 'Qualified') AND NOT is_deleted AND NOT is_spam;
CREATE INDEX idx_leads_owner ON leadline.leads (assigned_to, category, priority_flag DESC, raw_score DESC, created_at DESC, id DESC, needs_review) WHERE assigned_to IS NOT NULL AND status IN ('New', 'Contacted', 'Qualified') AND NOT is_deleted AND NOT is_spam;
CREATE INDEX idx_leads_review ON leadline.leads (category, priority_flag DESC, raw_score DESC, created_at DESC, id DESC, assigned_to) WHERE needs_review AND status IN ('New', 'Contacted', 'Qualified') AND NOT is_deleted AND NOT is_spam;
CREATE INDEX idx_leads_set_aside ON leadline.leads (is_deleted, created_at DESC, id DESC) WHERE is_deleted OR is_spam;
CREATE INDEX idx_leads_status ON leadline.leads (status, created_at DESC, id DESC, assigned_to) WHERE NOT is_deleted AND NOT is_spam;
CREATE INDEX idx_leads_to_index ON leadline.leads (id) WHERE search_words IS NULL;
CREATE INDEX idx_leads_unassigned ON leadline.leads (category, priority_flag DESC, raw_score DESC, created_at DESC, id DESC, needs_review) WHERE assigned_to IS NULL AND status IN ('New', 'Contacted', 'Qualified') AND NOT is_deleted AND NOT is_spam;
CREATE INDEX idx_leads_updated_at ON leadline.leads (updated_at, id);
CREATE INDEX idx_leads_waiting ON leadline.leads (category, priority_flag DESC, raw_score DESC, created_at DESC, id DESC, assigned_to) WHERE waiting_since IS NOT NULL AND status IN ('New', 'Contacted', 'Qualified') AND NOT is_deleted AND NOT is_spam;
CREATE INDEX idx_leads_words ON leadline.leads USING gin (array_to_tsvector(search_words)) WHERE search_words IS NOT NULL;
CREATE INDEX idx_leads_work ON leadline.leads (category, priority_flag DESC, raw_score DESC, created_at DESC, id DESC) WHERE status IN ('New', 'Contacted', 'Qualified') AND NOT is_deleted AND NOT is_spam;
CREATE UNIQUE INDEX idx_unique_email_24h ON leadline.leads (email_key, ((created_at AT TIME ZONE 'UTC')::date)) WHERE NOT is_deleted;

CREATE TABLE leadline.leads_archive (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  company_name VARCHAR(255) NOT NULL,
  contact_name VARCHAR(255) NOT NULL,
  email VARCHAR(255) NOT NULL,
  email_key VARCHAR(255) NOT NULL,
  email_class VARCHAR(20) NOT NULL,
  phone VARCHAR(50),
  phone_e164 VARCHAR(20),
  company_size VARCHAR(50),
  industry VARCHAR(100),
  inquiry_type VARCHAR(100),
  budget_timeline VARCHAR(50),
  current_solution TEXT,
  message TEXT,
  lead_score INTEGER DEFAULT 0 NOT NULL,
  category VARCHAR(20) DEFAULT 'Cold' NOT NULL,
  score_breakdown JSONB DEFAULT '{}'::jsonb NOT NULL,
  raw_score INTEGER DEFAULT 0 NOT NULL,
  ruleset_version INTEGER NOT NULL,
  status VARCHAR(50) DEFAULT 'New' NOT NULL,
  assigned_to UUID,
  priority_flag BOOLEAN DEFAULT false NOT NULL,
  linkedin_url VARCHAR(500),
  company_revenue VARCHAR(50),
  enrichment_status VARCHAR(50) DEFAULT 'Pending' NOT NULL,
  email_reply_count INTEGER DEFAULT 0 NOT NULL,
  pricing_page_visits INTEGER DEFAULT 0 NOT NULL,
  demo_video_watched BOOLEAN DEFAULT false NOT NULL,
  last_activity_date TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  source VARCHAR(100),
  utm_source VARCHAR(100),
  utm_medium VARCHAR(100),
  utm_campaign VARCHAR(100),
  is_deleted BOOLEAN DEFAULT false NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  is_spam BOOLEAN DEFAULT false NOT NULL,
  needs_review BOOLEAN DEFAULT false NOT NULL,
  qualification_bonus_applied BOOLEAN DEFAULT false NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL,
  extra JSONB DEFAULT '{}'::jsonb NOT NULL,
  field_sources JSONB DEFAULT '{}'::jsonb NOT NULL,
  first_contacted_at TIMESTAMP WITH TIME ZONE,
  waiting_since TIMESTAMP WITH TIME ZONE,
  waiting_reason VARCHAR(20),
  route_decision JSONB,
  is_demo BOOLEAN DEFAULT false NOT NULL,
  is_test BOOLEAN DEFAULT false NOT NULL,
  import_id UUID,
  search_words TEXT[],
  archived_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT chk_email_format_archive CHECK (email ~ '^[^\s@]+@[^\s@]+$'),
  CONSTRAINT chk_score_range_archive CHECK (lead_score >= 0 AND lead_score <= 100),
  CONSTRAINT chk_category_archive CHECK (category IN ('Hot', 'Warm', 'Cold')),
  CONSTRAINT chk_status_archive CHECK (status IN ('New', 'Contacted', 'Qualified', 'Disqualified', 'Opportunity')),
  CONSTRAINT chk_company_size_archive CHECK (company_size IN ('1-10', '11-50', '51-200', '201-1000', '1000+')),
  CONSTRAINT chk_email_class_archive CHECK (email_class IN ('business', 'free', 'disposable')),
  FOREIGN KEY(assigned_to) REFERENCES leadline.users (id)
);
CREATE INDEX idx_leads_archive_assigned_to ON leadline.leads_archive (assigned_to) WHERE assigned_to IS NOT NULL;
CREATE INDEX idx_leads_archive_email ON leadline.leads_archive (email_key, created_at DESC);

CREATE TABLE leadline.activities (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  lead_id UUID NOT NULL,
  user_id UUID,
  action_type VARCHAR(100) NOT NULL,
  old_value TEXT,
  new_value TEXT,
  description TEXT,
  actor_kind VARCHAR(20) DEFAULT 'system' NOT NULL,
  actor_name VARCHAR(255),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  ip_address INET,
  user_agent TEXT,
  PRIMARY KEY (id)
);
CREATE INDEX idx_activities_lead_id ON leadline.activities (lead_id, created_at DESC, id DESC);

CREATE TABLE leadline.notifications (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  lead_id UUID,
  user_id UUID,
  notification_type VARCHAR(50) NOT NULL,
  template_name VARCHAR(100),
  recipient VARCHAR(255) NOT NULL,
  subject VARCHAR(500),
  body TEXT,
  status VARCHAR(50) DEFAULT 'pending' NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
  error_message TEXT,
  retry_count INTEGER DEFAULT 0 NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT chk_notification_status CHECK (status IN ('pending', 'sent', 'failed', 'held', 'suppressed'))
);
CREATE INDEX idx_notifications_lead_id ON leadline.notifications (lead_id, id DESC);
CREATE INDEX idx_notifications_status ON leadline.notifications (status, id DESC) WHERE status <> 'sent';

CREATE TABLE leadline.analytics_snapshots (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  snapshot_date DATE NOT NULL,
  total_leads INTEGER,
  hot_leads INTEGER,
  warm_leads INTEGER,
  cold_leads INTEGER,
  leads_contacted INTEGER,
  leads_qualified INTEGER,
  leads_disqualified INTEGER,
  leads_to_opportunity INTEGER,
  avg_lead_score NUMERIC(5, 2),
  median_lead_score INTEGER,
  avg_response_time_minutes INTEGER,
  fastest_response_time_minutes INTEGER,
  slowest_response_time_minutes INTEGER,
  leads_by_source JSONB,
  avg_score_by_source JSONB,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX idx_snapshots_date ON leadline.analytics_snapshots (snapshot_date);

CREATE TABLE leadline.submissions (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  way_in VARCHAR(20) NOT NULL,
  endpoint VARCHAR(100),
  event_id VARCHAR(255),
  payload BYTEA NOT NULL,
  outcome VARCHAR(20) NOT NULL,
  lead_id UUID,
  faults JSONB,
  request_id VARCHAR(100),
  replay_of UUID,
  received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT chk_outcome CHECK (outcome IN ('created', 'duplicate', 'rejected', 'spam', 'quarantined'))
);
CREATE UNIQUE INDEX idx_submissions_event ON leadline.submissions (endpoint, event_id) WHERE event_id IS NOT NULL AND replay_of IS NULL;
CREATE INDEX idx_submissions_lead_id ON leadline.submissions (lead_id, id DESC) WHERE lead_id IS NOT NULL;
CREATE INDEX idx_submissions_outcome ON leadline.submissions (outcome, id DESC) WHERE outcome <> 'created';

CREATE TABLE leadline.scoring_rulesets (
  version INTEGER NOT NULL,
  name VARCHAR(255) NOT NULL,
  rules JSONB NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (version)
);


CREATE TABLE leadline.sessions (
  token_hash BYTEA NOT NULL,
  user_id UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (token_hash),
  FOREIGN KEY(user_id) REFERENCES leadline.users (id) ON DELETE CASCADE
);
CREATE INDEX idx_sessions_user_id ON leadline.sessions (user_id);

CREATE TABLE leadline.api_keys (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  name VARCHAR(255) NOT NULL,
  prefix VARCHAR(20) NOT NULL,
  key_hash BYTEA NOT NULL,
  scopes TEXT[] NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE,
  revoked_at TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX idx_api_keys_hash ON leadline.api_keys (key_hash);

-- A lead keeps its id, and stays real or demo: otherwise whoever may change leads could pass one off as demo, and take its trail out.
CREATE FUNCTION leadline.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE check_violation USING MESSAGE = 'a lead keeps its id, and stays real or demo';
END $$;
REVOKE ALL ON FUNCTION leadline.refuse_change() FROM PUBLIC;
CREATE TRIGGER leads_stay_real BEFORE UPDATE ON leadline.leads FOR EACH ROW
  WHEN (old.id <> new.id OR old.is_demo <> new.is_demo) EXECUTE FUNCTION leadline.refuse_change();

-- The role of everything but migrations, night jobs, retention and erasure. It writes the trail and cannot rewrite it. It may be
-- there already: made by an administrator, or by another database of the same server.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'leadline_app') THEN
    CREATE ROLE leadline_app NOLOGIN;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN
    RAISE insufficient_privilege USING MESSAGE = format('the role leadline_app is missing, and %I may not create roles', current_user),
      HINT = format('Have an administrator run: CREATE ROLE leadline_app NOLOGIN; GRANT leadline_app TO %I;', session_user);
END $$;

-- With one DATABASE_URL for everything, connections log in as the owner and SET ROLE leadline_app. Up to PostgreSQL 15 membership is
-- enough for that; from 16 on a creator has ADMIN alone, and has to give itself SET. An app login of its own needs none of it, so
-- where this login may not grant, that is no failure.
DO $$
DECLARE
  tells_apart boolean := current_setting('server_version_num')::int >= 160000;
BEGIN
  IF NOT pg_has_role(session_user, 'leadline_app', CASE WHEN tells_apart THEN 'SET' ELSE 'MEMBER' END) THEN
    EXECUTE 'GRANT leadline_app TO SESSION_USER' || CASE WHEN tells_apart THEN ' WITH SET TRUE, INHERIT FALSE' ELSE '' END;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN RAISE NOTICE '% cannot SET ROLE leadline_app: %', session_user, SQLERRM;
END $$;

GRANT USAGE ON SCHEMA leadline TO leadline_app;
GRANT SELECT ON ALL TABLES IN SCHEMA leadline TO leadline_app;
GRANT INSERT ON leadline.activities, leadline.submissions, leadline.scoring_rulesets TO leadline_app;
GRANT INSERT, UPDATE ON leadline.users, leadline.leads, leadline.notifications, leadline.api_keys TO leadline_app;
GRANT INSERT, UPDATE, DELETE ON leadline.sessions TO leadline_app;

-- Demo data leaves in one step, its trail with it. It runs with the owner's rights, and takes the trail of nothing but live demo leads.
CREATE FUNCTION leadline.remove_demo() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = leadline, pg_temp AS $$
  DELETE FROM activities WHERE lead_id IN (SELECT id FROM leads WHERE is_demo EXCEPT SELECT id FROM leads_archive);
  DELETE FROM notifications WHERE lead_id IN (SELECT id FROM leads WHERE is_demo EXCEPT SELECT id FROM leads_archive);
  DELETE FROM submissions WHERE lead_id IN (SELECT id FROM leads WHERE is_demo EXCEPT SELECT id FROM leads_archive);
  DELETE FROM leads WHERE is_demo;
  DELETE FROM users u WHERE is_demo AND NOT EXISTS (SELECT FROM leads l WHERE l.assigned_to = u.id)
    AND NOT EXISTS (SELECT FROM leads_archive a WHERE a.assigned_to = u.id);
$$;
REVOKE ALL ON FUNCTION leadline.remove_demo() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leadline.remove_demo() TO leadline_app;
