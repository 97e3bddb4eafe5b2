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
INSERT INTO "api_keys" VALUES(1,1,'gemini','AIzaCANARYnotAKey-w02-00000000000008c91','2026-03-03 09:00:00','2026-03-03 09:00:00');
INSERT INTO "api_keys" VALUES(2,1,'exa','ca7a7a70-0000-4000-8000-00ac81ed11a1','2026-03-03 09:00:00','2026-03-03 09:00:00');
INSERT INTO "api_keys" VALUES(3,1,'copilotkit','ck_pub_CANARY_not_a_key_w02_20a4','2026-03-03 09:00:00','2026-03-03 09:00:00');
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
INSERT INTO "competitor_analyses" VALUES(1,1,'https://chem-one.test','chem-one.test','2026-03-03 09:20:00','{"title": "Chem-One", "summary": "Weekly guides for retailers.", "relevance_score": 0.6, "highlights": ["email automation"], "subpages": [], "favicon": null, "image": "https://chem-one.test/og.png", "published_date": "2025-10-02T00:00:00.000Z", "author": null, "competitive_analysis": {"business_model": "subscription", "target_audience": "retailers"}, "content_insights": {"content_focus": "guides", "content_quality": "high"}, "industry_context": "marketing for small shops", "completed_at": "2026-03-03T09:25:00.005635"}','completed',NULL,NULL,'2026-03-03 09:20:00','2026-03-03 09:25:00.005882');
INSERT INTO "competitor_analyses" VALUES(2,1,'https://chem-two.test/a','chem-two.test','2026-03-03 09:20:00','{"title": "Chem-Two", "summary": "Weekly guides for retailers.", "relevance_score": 0.95, "highlights": ["email automation"], "subpages": [], "favicon": null, "image": "https://chem-two.test/og.png", "published_date": "2025-10-02T00:00:00.000Z", "author": null, "competitive_analysis": {"business_model": "subscription", "target_audience": "retailers"}, "content_insights": {"content_focus": "guides", "content_quality": "high"}, "industry_context": "marketing for small shops", "completed_at": "2026-03-03T09:20:00.008755"}','completed',NULL,NULL,'2026-03-03 09:20:00','2026-03-03 09:20:00');
INSERT INTO "competitor_analyses" VALUES(3,1,'https://chem-two.test/a','chem-two.test','2026-03-03 09:25:00','{"title": "Chem-Two", "summary": "Weekly guides for retailers.", "relevance_score": 0.95, "highlights": ["email automation"], "subpages": [], "favicon": null, "image": "https://chem-two.test/og.png", "published_date": "2025-10-02T00:00:00.000Z", "author": null, "competitive_analysis": {"business_model": "subscription", "target_audience": "retailers"}, "content_insights": {"content_focus": "guides", "content_quality": "high"}, "industry_context": "marketing for small shops", "completed_at": "2026-03-03T09:25:00.005908"}','completed',NULL,NULL,'2026-03-03 09:25:00','2026-03-03 09:25:00');
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
INSERT INTO "onboarding_data_integrations" VALUES(1,'user_2wResearch00000000000000002',NULL,'{"id": 1, "session_id": 1, "website_url": "https://wresearch.test", "analysis_date": "2026-03-03T09:10:00", "writing_style": {"tone": "exact", "voice": "active", "complexity": "moderate", "engagement_level": "high", "brand_personality": "helpful", "formality_level": "semi-formal", "emotional_appeal": "trust"}, "content_characteristics": {"sentence_structure": "varied", "vocabulary_level": "plain", "paragraph_organization": "short", "content_flow": "logical", "readability_score": "64.2", "content_density": "medium", "visual_elements_usage": "some"}, "target_audience": {"demographics": ["owners of small shops", "in-house marketers"], "expertise_level": "intermediate", "industry_focus": "Chemistry", "geographic_focus": "", "psychographic_profile": ["curious"], "pain_points": ["too little time"], "motivations": ["growth"]}, "content_type": {"primary_type": "blog", "secondary_types": ["newsletter"], "purpose": "informational", "call_to_action": "sign up", "conversion_focus": "leads", "educational_value": "high"}, "recommended_settings": {"writing_tone": "exact", "target_audience": "shop owners", "content_type": "blog", "creativity_level": "medium", "geographic_location": "", "industry_context": "Chemistry", "brand_alignment": "high"}, "brand_analysis": {"brand_voice": "a practical friend", "brand_values": ["honesty"], "brand_positioning": "hands-on", "color_palette": ["#0b6e4f"]}, "content_strategy_insights": {"strengths": ["clear guides"], "weaknesses": ["no video"], "opportunities": ["calendars"], "threats": ["portals"], "content_pillars": ["email marketing"]}, "social_media_presence": null, "crawl_result": {}, "style_patterns": {"common_phrases": ["here''s how"], "sentence_patterns": ["question, then answer"]}, "style_guidelines": {"tone_recommendations": ["be plain"], "structure_guidelines": ["lead with the result"], "vocabulary_suggestions": [], "engagement_tips": [], "audience_considerations": [], "brand_alignment": [], "seo_optimization": [], "conversion_optimization": []}, "seo_audit": null, "strategic_insights_history": null, "status": "completed", "error_message": null, "warning_message": null, "created_at": "2026-03-03T09:10:00", "updated_at": "2026-03-03T09:10:00", "data_freshness": 1.0, "confidence_level": 0.9, "full_site_seo_summary": {}}','{"id": 1, "session_id": 1, "research_depth": "Comprehensive", "content_types": ["Blog Posts", "Social Media", "Newsletters"], "auto_research": true, "factual_content": true, "writing_style": null, "content_characteristics": null, "target_audience": null, "recommended_settings": null, "created_at": "2026-03-03T09:20:00", "updated_at": "2026-03-03T09:25:00.000676", "data_freshness": 1.0, "confidence_level": 0.9}','{"api_keys": [{"id": 1, "session_id": 1, "provider": "gemini", "key": "AIzaCANARYnotAKey-w02-00000000000008c91", "created_at": "2026-03-03T09:00:00", "updated_at": "2026-03-03T09:00:00"}, {"id": 2, "session_id": 1, "provider": "exa", "key": "ca7a7a70-0000-4000-8000-00ac81ed11a1", "created_at": "2026-03-03T09:00:00", "updated_at": "2026-03-03T09:00:00"}, {"id": 3, "session_id": 1, "provider": "copilotkit", "key": "ck_pub_CANARY_not_a_key_w02_20a4", "created_at": "2026-03-03T09:00:00", "updated_at": "2026-03-03T09:00:00"}], "total_keys": 3, "providers": ["gemini", "exa", "copilotkit"], "data_freshness": 1.0, "confidence_level": 0.8}','{"industry": null, "target_audience": null, "writing_tone": null, "writing_voice": null, "writing_complexity": null, "writing_engagement": null, "content_types": [], "brand_colors": [], "brand_values": [], "visual_style": {}, "strategy_insights": {}, "seo_profile": {}, "competitive_intelligence": {"deep_competitor_analysis": {"status": "not_scheduled", "last_run": null, "report": null}, "competitive_sitemap_benchmarking": {}, "strategic_insights_history": []}, "platform_preferences": [], "research_depth": null, "auto_research": null, "factual_content": null, "business_info": {}, "sources": {"industry": null, "target_audience": null, "writing_tone": null, "content_types": null, "brand_identity": null, "platform_preferences": null, "seo_profile": null}}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-03-03 09:00:00.400688','2026-03-03 09:25:00.016829');
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
INSERT INTO "onboarding_sessions" VALUES(1,'user_2wResearch00000000000000002',3,50.0,'2026-03-03 09:00:00.377805','2026-03-03 09:25:00.012731',NULL);
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
INSERT INTO "research_preferences" VALUES(1,1,'Comprehensive','["Blog Posts", "Social Media", "Newsletters"]',1,1,NULL,NULL,NULL,NULL,'2026-03-03 09:20:00','2026-03-03 09:25:00.000676');
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
INSERT INTO "website_analyses" VALUES(1,1,'https://wresearch.test','2026-03-03 09:10:00','{"tone": "exact", "voice": "active", "complexity": "moderate", "engagement_level": "high", "brand_personality": "helpful", "formality_level": "semi-formal", "emotional_appeal": "trust"}','{"sentence_structure": "varied", "vocabulary_level": "plain", "paragraph_organization": "short", "content_flow": "logical", "readability_score": "64.2", "content_density": "medium", "visual_elements_usage": "some"}','{"demographics": ["owners of small shops", "in-house marketers"], "expertise_level": "intermediate", "industry_focus": "Chemistry", "geographic_focus": "", "psychographic_profile": ["curious"], "pain_points": ["too little time"], "motivations": ["growth"]}','{"primary_type": "blog", "secondary_types": ["newsletter"], "purpose": "informational", "call_to_action": "sign up", "conversion_focus": "leads", "educational_value": "high"}','{"writing_tone": "exact", "target_audience": "shop owners", "content_type": "blog", "creativity_level": "medium", "geographic_location": "", "industry_context": "Chemistry", "brand_alignment": "high"}','{"brand_voice": "a practical friend", "brand_values": ["honesty"], "brand_positioning": "hands-on", "color_palette": ["#0b6e4f"]}','{"strengths": ["clear guides"], "weaknesses": ["no video"], "opportunities": ["calendars"], "threats": ["portals"], "content_pillars": ["email marketing"]}',NULL,'{}','{"common_phrases": ["here''s how"], "sentence_patterns": ["question, then answer"]}','{"tone_recommendations": ["be plain"], "structure_guidelines": ["lead with the result"], "vocabulary_suggestions": [], "engagement_tips": [], "audience_considerations": [], "brand_alignment": [], "seo_optimization": [], "conversion_optimization": []}',NULL,NULL,'completed',NULL,NULL,'2026-03-03 09:10:00','2026-03-03 09:10:00');
COMMIT;
