BEGIN TRANSACTION;
CREATE TABLE api_keys (
	id INTEGER NOT NULL, 
	session_id INTEGER, 
	provider VARCHAR(64) NOT NULL, 
	"key" VARCHAR(256) NOT NULL, 
	created_at DATETIME, 
	updated_at DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(session_id) REFERENCES onboarding_sessions (id)
);
CREATE TABLE competitor_analyses (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	competitor_url TEXT NOT NULL, 
	competitor_domain VARCHAR(255), 
	analysis_date DATETIME, 
	analysis_data JSON, 
	status VARCHAR(50), 
	error_message TEXT, 
	warning_message TEXT, 
	created_at DATETIME, 
	updated_at DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(session_id) REFERENCES onboarding_sessions (id) ON DELETE CASCADE
);
CREATE TABLE onboarding_data_integrations (
	id INTEGER NOT NULL, 
	user_id VARCHAR(255) NOT NULL, 
	strategy_id INTEGER, 
	website_analysis_data JSON, 
	research_preferences_data JSON, 
	api_keys_data JSON, 
	canonical_profile JSON, 
	field_mappings JSON, 
	auto_populated_fields JSON, 
	user_overrides JSON, 
	data_quality_scores JSON, 
	confidence_levels JSON, 
	data_freshness JSON, 
	created_at DATETIME, 
	updated_at DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(strategy_id) REFERENCES enhanced_content_strategies (id)
);
CREATE TABLE onboarding_sessions (
	id INTEGER NOT NULL, 
	user_id VARCHAR(255) NOT NULL, 
	current_step INTEGER, 
	progress FLOAT, 
	started_at DATETIME, 
	updated_at DATETIME, 
	payload JSON, 
	PRIMARY KEY (id)
);
CREATE TABLE persona_data (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	core_persona JSON, 
	platform_personas JSON, 
	quality_metrics JSON, 
	selected_platforms JSON, 
	research_persona JSON, 
	research_persona_generated_at DATETIME, 
	created_at DATETIME, 
	updated_at DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(session_id) REFERENCES onboarding_sessions (id) ON DELETE CASCADE
);
CREATE TABLE platform_integrations (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	primary_website VARCHAR(512), 
	website_platforms JSON, 
	analytics_platforms JSON, 
	social_platforms JSON, 
	connected_platforms JSON, 
	created_at DATETIME, 
	updated_at DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(session_id) REFERENCES onboarding_sessions (id) ON DELETE CASCADE
);
CREATE TABLE research_preferences (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	research_depth VARCHAR(50) NOT NULL, 
	content_types JSON NOT NULL, 
	auto_research BOOLEAN, 
	factual_content BOOLEAN, 
	writing_style JSON, 
	content_characteristics JSON, 
	target_audience JSON, 
	recommended_settings JSON, 
	created_at DATETIME, 
	updated_at DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(session_id) REFERENCES onboarding_sessions (id) ON DELETE CASCADE
);
CREATE TABLE user_business_info (
	id INTEGER NOT NULL, 
	user_id VARCHAR(255), 
	business_description TEXT NOT NULL, 
	industry VARCHAR(100), 
	target_audience TEXT, 
	business_goals TEXT, 
	created_at DATETIME, 
	updated_at DATETIME, 
	PRIMARY KEY (id)
);
CREATE TABLE website_analyses (
	id INTEGER NOT NULL, 
	session_id INTEGER NOT NULL, 
	website_url VARCHAR(500) NOT NULL, 
	analysis_date DATETIME, 
	writing_style JSON, 
	content_characteristics JSON, 
	target_audience JSON, 
	content_type JSON, 
	recommended_settings JSON, 
	brand_analysis JSON, 
	content_strategy_insights JSON, 
	social_media_presence JSON, 
	crawl_result JSON, 
	style_patterns JSON, 
	style_guidelines JSON, 
	seo_audit JSON, 
	strategic_insights_history JSON, 
	status VARCHAR(50), 
	error_message TEXT, 
	warning_message TEXT, 
	created_at DATETIME, 
	updated_at DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(session_id) REFERENCES onboarding_sessions (id) ON DELETE CASCADE
);
COMMIT;
