"""The seed's tables, columns, constraints and indexes, by name."""

LEADS = """
id company_name contact_name email phone company_size industry inquiry_type budget_timeline current_solution message
lead_score category score_breakdown raw_score status assigned_to priority_flag linkedin_url company_website
company_revenue enrichment_status email_reply_count pricing_page_visits demo_video_watched last_activity_date created_at
updated_at source utm_source utm_medium utm_campaign is_deleted deleted_at is_spam needs_review
qualification_bonus_applied
"""
USERS = """
id full_name email phone role is_active max_active_leads current_lead_count total_leads_assigned total_leads_contacted
total_leads_qualified avg_response_time_minutes slack_user_id notify_email notify_slack notify_sms created_at updated_at
last_login_at
"""
ACTIVITIES = "id lead_id user_id action_type old_value new_value description created_at ip_address user_agent"
NOTIFICATIONS = """
id lead_id user_id notification_type template_name recipient subject body status sent_at error_message retry_count
created_at
"""
SNAPSHOTS = """
id snapshot_date total_leads hot_leads warm_leads cold_leads leads_contacted leads_qualified leads_disqualified
leads_to_opportunity avg_lead_score median_lead_score avg_response_time_minutes fastest_response_time_minutes
slowest_response_time_minutes leads_by_source avg_score_by_source created_at
"""
TABLES = {
    "leads": LEADS,
    "users": USERS,
    "activities": ACTIVITIES,
    "notifications": NOTIFICATIONS,
    "analytics_snapshots": SNAPSHOTS,
}
COLUMNS = [f"{table}.{column}" for table, columns in TABLES.items() for column in columns.split()]
CONSTRAINTS = ["chk_email_format", "chk_score_range", "chk_category", "chk_status", "chk_company_size"]
INDEXES = [
    "idx_leads_score",
    "idx_leads_category",
    "idx_leads_status",
    "idx_leads_assigned_to",
    "idx_leads_created_at",
    "idx_leads_email",
    "idx_leads_composite",
    "idx_unique_email_24h",
    "idx_users_role",
    "idx_users_active",
    "idx_activities_lead_id",
    "idx_activities_user_id",
    "idx_activities_created_at",
    "idx_activities_action_type",
    "idx_notifications_status",
    "idx_notifications_created_at",
    "idx_snapshots_date",
]
ACTIVITY_TYPES = [
    "lead_created",
    "score_updated",
    "status_changed",
    "assigned",
    "note_added",
    "email_sent",
    "enrichment_completed",
    "priority_flagged",
]
