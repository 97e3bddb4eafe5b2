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
CREATE TABLE bing_oauth_tokens (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    user_id TEXT NOT NULL,
                    access_token TEXT NOT NULL,
                    refresh_token TEXT,
                    token_type TEXT DEFAULT 'bearer',
                    expires_at TIMESTAMP,
                    scope TEXT,
                    site_url TEXT,
                    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                    is_active BOOLEAN DEFAULT TRUE
                );
INSERT INTO "bing_oauth_tokens" VALUES(1,'user_2wDone000000000000000000001','gAAAAABppV1IH5C8cRZM4mtd5jl-sWmYRp98Xj4LoKdDsNtKne7fpsFyKGr-r1QKK1Pm8RHBtOupq6jf6gipXCurrIDxGzkJTPFZEvjs6ccrs6oo5WdQHMw=','CANARY-bing-refresh-in-the-clear-w01','bearer',NULL,'webmaster.manage',NULL,'2026-03-02 09:50:00','2026-03-02 09:50:00',1);
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
INSERT INTO "competitor_analyses" VALUES(1,1,'https://ev-one.test','ev-one.test','2026-03-02 09:20:00','{"title": "Ev-One", "summary": "Weekly guides for retailers.", "relevance_score": 0.9, "highlights": ["email automation"], "subpages": [], "favicon": null, "image": "https://ev-one.test/og.png", "published_date": "2025-10-02T00:00:00.000Z", "author": null, "competitive_analysis": {"business_model": "subscription", "target_audience": "retailers"}, "content_insights": {"content_focus": "guides", "content_quality": "high"}, "industry_context": "marketing for small shops", "completed_at": "2026-03-02T09:20:00.007529"}','completed',NULL,NULL,'2026-03-02 09:20:00','2026-03-02 09:20:00');
INSERT INTO "competitor_analyses" VALUES(2,1,'https://ev-two.test','ev-two.test','2026-03-02 09:20:00','{"title": "Ev-Two", "summary": "Weekly guides for retailers.", "relevance_score": 0.8, "highlights": ["email automation"], "subpages": [], "favicon": null, "image": "https://ev-two.test/og.png", "published_date": "2025-10-02T00:00:00.000Z", "author": null, "competitive_analysis": {"business_model": "subscription", "target_audience": "retailers"}, "content_insights": {"content_focus": "guides", "content_quality": "high"}, "industry_context": "marketing for small shops", "completed_at": "2026-03-02T09:20:00.008350"}','completed',NULL,NULL,'2026-03-02 09:20:00','2026-03-02 09:20:00');
CREATE TABLE gsc_credentials (
                        user_id TEXT PRIMARY KEY,
                        credentials_json TEXT NOT NULL,
                        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
                        updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
                    );
INSERT INTO "gsc_credentials" VALUES('user_2wDone000000000000000000001','{"token": "CANARY-gsc-token-w01", "refresh_token": "CANARY-gsc-refresh-w01", "token_uri": "https://oauth2.test/token", "client_id": "CANARY-id", "client_secret": "CANARY-gsc-secret-w01", "scopes": ["webmasters.readonly"]}','2026-03-02 09:50:00','2026-03-02 09:50:00');
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
INSERT INTO "onboarding_data_integrations" VALUES(1,'user_2wDone000000000000000000001',NULL,'{"id": 1, "session_id": 1, "website_url": "https://wdone.test", "analysis_date": "2026-03-02T09:00:00", "writing_style": {"tone": "lively", "voice": "active", "complexity": "moderate", "engagement_level": "high", "brand_personality": "helpful", "formality_level": "semi-formal", "emotional_appeal": "trust"}, "content_characteristics": {"sentence_structure": "varied", "vocabulary_level": "plain", "paragraph_organization": "short", "content_flow": "logical", "readability_score": "64.2", "content_density": "medium", "visual_elements_usage": "some"}, "target_audience": {"demographics": ["owners of small shops", "in-house marketers"], "expertise_level": "intermediate", "industry_focus": "Events", "geographic_focus": "", "psychographic_profile": ["curious"], "pain_points": ["too little time"], "motivations": ["growth"]}, "content_type": {"primary_type": "blog", "secondary_types": ["newsletter"], "purpose": "informational", "call_to_action": "sign up", "conversion_focus": "leads", "educational_value": "high"}, "recommended_settings": {"writing_tone": "lively", "target_audience": "shop owners", "content_type": "blog", "creativity_level": "medium", "geographic_location": "", "industry_context": "Events", "brand_alignment": "high"}, "brand_analysis": {"brand_voice": "a practical friend", "brand_values": ["honesty"], "brand_positioning": "hands-on", "color_palette": ["#0b6e4f"]}, "content_strategy_insights": {"strengths": ["clear guides"], "weaknesses": ["no video"], "opportunities": ["calendars"], "threats": ["portals"], "content_pillars": ["email marketing"]}, "social_media_presence": {"facebook": "https://facebook.com/wdone", "x": ""}, "crawl_result": {}, "style_patterns": {"common_phrases": ["here''s how"], "sentence_patterns": ["question, then answer"]}, "style_guidelines": {"tone_recommendations": ["be plain"], "structure_guidelines": ["lead with the result"], "vocabulary_suggestions": [], "engagement_tips": [], "audience_considerations": [], "brand_alignment": [], "seo_optimization": [], "conversion_optimization": []}, "seo_audit": {"score": 71}, "strategic_insights_history": null, "status": "completed", "error_message": null, "warning_message": null, "created_at": "2026-03-02T09:00:00", "updated_at": "2026-03-02T09:20:00.013908", "data_freshness": 1.0, "confidence_level": 0.9, "full_site_seo_summary": {}}','{"id": 1, "session_id": 1, "research_depth": "Comprehensive", "content_types": ["Blog Posts", "Social Media", "Newsletters"], "auto_research": true, "factual_content": true, "writing_style": null, "content_characteristics": null, "target_audience": null, "recommended_settings": null, "created_at": "2026-03-02T09:20:00", "updated_at": "2026-03-02T09:20:00", "data_freshness": 1.0, "confidence_level": 0.9}','{}','{"industry": "Events", "target_audience": ["owners of small shops", "in-house marketers"], "writing_tone": "lively", "writing_voice": "active", "writing_complexity": "moderate", "writing_engagement": "high", "content_types": ["blog", "newsletter"], "brand_colors": ["#0b6e4f"], "brand_values": ["honesty"], "visual_style": {"aesthetic": null, "visual_style": null}, "strategy_insights": {"strengths": ["clear guides"], "weaknesses": ["no video"], "opportunities": ["calendars"], "threats": ["portals"], "content_pillars": ["email marketing"]}, "seo_profile": {"homepage_seo_audit": {"score": 71}, "full_site_seo_summary": {}}, "competitive_intelligence": {"deep_competitor_analysis": {"status": "not_scheduled", "last_run": null, "report": null}, "competitive_sitemap_benchmarking": {}, "strategic_insights_history": null}, "platform_preferences": [], "research_depth": null, "auto_research": null, "factual_content": null, "business_info": {"industry": "Events", "target_audience": ["owners of small shops", "in-house marketers"]}, "sources": {"industry": "website_analysis", "target_audience": "website_analysis", "writing_tone": "website_analysis", "content_types": "website_analysis", "brand_identity": "website_analysis", "platform_preferences": null, "seo_profile": "website_analysis"}}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-03-02 09:10:00.047984','2026-03-02 09:50:00.007977');
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
INSERT INTO "onboarding_sessions" VALUES(1,'user_2wDone000000000000000000001',6,100.0,'2026-03-02 09:00:00.395062','2026-03-02 09:50:00.009360',NULL);
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
INSERT INTO "persona_data" VALUES(1,1,'{"identity": {"persona_name": "Die Gastgeberin", "archetype": "Sage", "core_belief": "small shops can do it", "brand_voice_description": "plain"}, "linguistic_fingerprint": {"sentence_metrics": {"average_sentence_length_words": 14}}, "confidence_score": 9.5, "tonal_range": {"default_tone": "plain", "permissible_tones": ["warm"], "forbidden_tones": ["pushy"]}}','{"linkedin": {"platform_type": "linkedin", "content_format_rules": {"paragraph_structure": "short"}}, "blog": {"platform_type": "blog", "content_format_rules": {"paragraph_structure": "short"}}}','{"overall_score": 88, "style_consistency": 90}','["linkedin", "blog"]',NULL,NULL,'2026-03-02 09:30:00','2026-03-02 09:30:00');
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
INSERT INTO "platform_integrations" VALUES(1,1,'https://wdone.test','{"wix": [{"url": "https://wdone.test", "name": "Shop"}], "wordpress": [], "primaryWebsite": "https://wdone.test"}','{"gsc": {"connected": true, "sites": [{"siteUrl": "sc-domain:shop.test"}]}, "bing": {"connected": false, "sites": []}}','{"facebook": false, "twitter": false, "linkedin": false, "instagram": false, "youtube": false, "tiktok": false, "pinterest": false}','["wix", "gsc"]','2026-03-02 09:40:00','2026-03-02 09:40:00');
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
INSERT INTO "research_preferences" VALUES(1,1,'Comprehensive','["Blog Posts", "Social Media", "Newsletters"]',1,1,NULL,NULL,NULL,NULL,'2026-03-02 09:20:00','2026-03-02 09:20:00');
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
INSERT INTO "user_business_info" VALUES(1,'user_2wDone000000000000000000001','We run events for makers.','Events','makers','fill every seat','2026-03-02 10:00:00','2026-03-02 10:00:00');
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
INSERT INTO "website_analyses" VALUES(1,1,'https://wdone.test','2026-03-02 09:00:00','{"tone": "lively", "voice": "active", "complexity": "moderate", "engagement_level": "high", "brand_personality": "helpful", "formality_level": "semi-formal", "emotional_appeal": "trust"}','{"sentence_structure": "varied", "vocabulary_level": "plain", "paragraph_organization": "short", "content_flow": "logical", "readability_score": "64.2", "content_density": "medium", "visual_elements_usage": "some"}','{"demographics": ["owners of small shops", "in-house marketers"], "expertise_level": "intermediate", "industry_focus": "Events", "geographic_focus": "", "psychographic_profile": ["curious"], "pain_points": ["too little time"], "motivations": ["growth"]}','{"primary_type": "blog", "secondary_types": ["newsletter"], "purpose": "informational", "call_to_action": "sign up", "conversion_focus": "leads", "educational_value": "high"}','{"writing_tone": "lively", "target_audience": "shop owners", "content_type": "blog", "creativity_level": "medium", "geographic_location": "", "industry_context": "Events", "brand_alignment": "high"}','{"brand_voice": "a practical friend", "brand_values": ["honesty"], "brand_positioning": "hands-on", "color_palette": ["#0b6e4f"]}','{"strengths": ["clear guides"], "weaknesses": ["no video"], "opportunities": ["calendars"], "threats": ["portals"], "content_pillars": ["email marketing"]}','{"facebook": "https://facebook.com/wdone", "x": ""}','{}','{"common_phrases": ["here''s how"], "sentence_patterns": ["question, then answer"]}','{"tone_recommendations": ["be plain"], "structure_guidelines": ["lead with the result"], "vocabulary_suggestions": [], "engagement_tips": [], "audience_considerations": [], "brand_alignment": [], "seo_optimization": [], "conversion_optimization": []}','{"score": 71}',NULL,'completed',NULL,NULL,'2026-03-02 09:00:00','2026-03-02 09:20:00.013908');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('bing_oauth_tokens',1);
COMMIT;
