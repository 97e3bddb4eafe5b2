// Written by `npm run client` from openapi.json: change the routes, not this file.

export interface paths {
  '/api/onboarding/ai-inputs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user’s AI inputs, as JSON or as a text for a system prompt */
    get: operations['PersonalizationController_aiInputs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/analytics/activity': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happened on each day of a period */
    get: operations['AnalyticsController_activity'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/analytics/cohorts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How many users had completed onboarding so many days, weeks or months after they started */
    get: operations['AnalyticsController_cohorts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/analytics/funnel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How far users get who started in a period, and how long they take */
    get: operations['AnalyticsController_funnel'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/analytics/stuck': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** At which step users are now, and how long nothing has happened */
    get: operations['AnalyticsController_stuck'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/api-keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user’s keys, masked */
    get: operations['ApiKeysController_list'];
    put?: never;
    /** Saves a key; the first one of an AI provider completes step 1 */
    post: operations['ApiKeysController_save'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/api-keys/{provider}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Deletes the user’s key of a provider */
    delete: operations['ApiKeysController_remove'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/api-keys/onboarding': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user’s keys, masked, for the first page of the wizard */
    get: operations['ApiKeysController_listForOnboarding'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/api-keys/validate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The result of the last check of each key; asks no provider */
    get: operations['ApiKeysController_lastValidation'];
    put?: never;
    /** Checks the user’s keys with their providers now */
    post: operations['ApiKeysController_validate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/business-info': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Saves the user’s business information */
    post: operations['BusinessInfoController_save[0]'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/business-info/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads the business information by its id */
    get: operations['BusinessInfoController_get[0]'];
    /** Replaces the business information */
    put: operations['BusinessInfoController_replace[0]'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/business-info/user/{userId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads the business information by its user, who must be the caller */
    get: operations['BusinessInfoController_getByUser[0]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/competitor-analysis': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The saved competitors */
    get: operations['SavedDataController_competitorAnalysis'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/complete': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Completes the onboarding; optional steps that are unfinished become skipped */
    post: operations['ProgressController_completeOnboarding'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/config': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The steps of onboarding, and how many API keys it requires */
    get: operations['OnboardingConfigController_config'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happens to the onboarding, as server-sent events, after a position or from now on */
    get: operations['LiveController_events'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What happened to the onboarding, the latest first */
    get: operations['HistoryController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/history/{revision}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The progress and the saved data as they were after an event */
    get: operations['HistoryController_at'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/init': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What the wizard needs when it opens: the user, the progress and all saved data */
    get: operations['ProgressController_init'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/internal/users/{userId}/ai-inputs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A user’s AI inputs, for services with the scope onboarding:read; recorded */
    get: operations['InternalReadsController_aiInputs'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/internal/users/{userId}/api-keys/{provider}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A user’s key of a provider, for services with the scope keys:use; recorded */
    get: operations['KeyLendingController_lend'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/internal/users/{userId}/profile': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A user’s canonical profile, for services with the scope onboarding:read; recorded */
    get: operations['InternalReadsController_profile'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/internal/users/{userId}/status': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A user’s progress, for services with the scope onboarding:read; recorded */
    get: operations['InternalReadsController_status'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The same through a WebSocket, which this address speaks */
    get: operations['LiveController_live'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/progress': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All steps with their saved data */
    get: operations['ProgressController_steps'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/providers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The providers of which a user can save a key */
    get: operations['ProvidersController_providers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/providers/{provider}/setup': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How a user gets a key of a provider */
    get: operations['ProvidersController_setup'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/providers/{provider}/validate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Checks a key with its provider without saving it */
    post: operations['ApiKeysController_check'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/requirements': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What is due, why, and which requests clear it */
    get: operations['ProgressController_requirements'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/research-preferences': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The saved research preferences, or null when there are none */
    get: operations['SavedDataController_researchPreferences'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/reset': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Resets the progress; a hard reset deletes all data of the user */
    post: operations['ProgressController_reset'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/restore': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Brings back the progress, the saved data, or both, as they were after an event */
    post: operations['HistoryController_restore'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The step at which the user resumes */
    get: operations['ProgressController_resume'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/start': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts the onboarding; a started one is returned unchanged */
    post: operations['ProgressController_start'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/status': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The progress of the user: percentage, current step and next step */
    get: operations['ProgressController_status'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/step/{n}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One step with its saved data */
    get: operations['ProgressController_step'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/step/{n}/complete': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Saves the data of a step and completes it */
    post: operations['ProgressController_complete'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/step/{n}/skip': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Skips an optional step */
    post: operations['ProgressController_skip'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/step/{n}/validate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the user can work on a step, and what is missing before it */
    get: operations['ProgressController_validate'];
    put?: never;
    /** What completing a step with these data would answer; nothing is stored */
    post: operations['ProgressController_preview'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/step4/persona-latest': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The saved persona; `success` is false when there is none */
    get: operations['SavedDataController_latestPersona'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/step4/persona-save': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Saves a persona without completing step 4 */
    post: operations['SavedDataController_savePersona'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/style-detection/analysis/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads the analysis by its id; `success` is false when it is not the user’s */
    get: operations['StyleDetectionController_find'];
    /** Saves the analysis without completing step 2 */
    put: operations['StyleDetectionController_update'];
    post?: never;
    /** Clears the analysis; the address stays */
    delete: operations['StyleDetectionController_clear'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/style-detection/check-existing/{url}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the saved analysis is of this address, and did not fail */
    get: operations['StyleDetectionController_checkExisting'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/style-detection/session-analyses': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The user’s website analysis as a list of at most one */
    get: operations['StyleDetectionController_list'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/summary': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A summary of the saved data, and which features the user can use with them */
    get: operations['PersonalizationController_summary'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/validation/enhanced': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Which parts of the set-up are complete */
    get: operations['ApiKeysController_enhanced'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/onboarding/website-analysis': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The saved analysis of the user’s website */
    get: operations['SavedDataController_websiteAnalysis'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health/live': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the process answers */
    get: operations['HealthController_live'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health/ready': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether the process takes requests: the database answers, and the process is not stopping */
    get: operations['HealthController_ready'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/onboarding/business-info': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Saves the user’s business information */
    post: operations['BusinessInfoController_save[1]'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/onboarding/business-info/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads the business information by its id */
    get: operations['BusinessInfoController_get[1]'];
    /** Replaces the business information */
    put: operations['BusinessInfoController_replace[1]'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/onboarding/business-info/user/{userId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Reads the business information by its user, who must be the caller */
    get: operations['BusinessInfoController_getByUser[1]'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    ActiveDayView: {
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      completed: number | null;
      /** Format: date */
      day: string;
      /** @description By type. Null: fewer than `ANALYTICS_MIN_GROUP` users */
      events: {
        [key: string]: number;
      } | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      started: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      users: number | null;
    };
    ActivityView: {
      /**
       * Format: date-time
       * @description Whatever was committed until then is in it
       */
      as_of: string;
      days: components['schemas']['ActiveDayView'][];
      /** @description By figure: what it is, in a sentence */
      definitions: {
        [key: string]: string;
      };
    };
    AiInputsView: {
      competitor_analysis: components['schemas']['CompetitorInputs'];
      gap_analysis: components['schemas']['GapInputs'];
      keyword_analysis: components['schemas']['KeywordInputs'];
      meta: components['schemas']['InputsMeta'];
      /** @description Only when the user has saved research preferences */
      research_preferences?: components['schemas']['ResearchInputs'];
      website_analysis: components['schemas']['WebsiteInputs'];
    };
    AnalysisChangedView: {
      /** @enum {string} */
      error?: 'Analysis not found';
      success: boolean;
    };
    AnalysisSummaryView: {
      content_type: {
        [key: string]: unknown;
      } | null;
      target_audience: {
        [key: string]: unknown;
      } | null;
      writing_style: {
        [key: string]: unknown;
      } | null;
    };
    AnalysisView: {
      /** @description The saved analysis, flat: each column once, and whatever else was posted with it */
      analysis?: {
        /** @description Only while brand analysis is switched on */
        brand_analysis?: {
          [key: string]: unknown;
        } | null;
        content_characteristics?: {
          [key: string]: unknown;
        } | null;
        /** @description Only while brand analysis is switched on */
        content_strategy_insights?: {
          [key: string]: unknown;
        } | null;
        content_type?: {
          [key: string]: unknown;
        } | null;
        crawl_result?: {
          [key: string]: unknown;
        } | null;
        /** Format: date-time */
        created_at?: string;
        /** Format: uuid */
        id?: string;
        recommended_settings?: {
          [key: string]: unknown;
        } | null;
        seo_audit?: {
          [key: string]: unknown;
        } | null;
        sitemap_analysis?: {
          [key: string]: unknown;
        } | null;
        social_media_accounts?: {
          [key: string]: unknown;
        } | null;
        social_media_presence?: {
          [key: string]: unknown;
        } | null;
        status?: string | null;
        /** @description With the guidelines that were posted next to it */
        style_guidelines?: {
          [key: string]: unknown;
        } | null;
        style_patterns?: {
          [key: string]: unknown;
        } | null;
        target_audience?: {
          [key: string]: unknown;
        } | null;
        /** Format: date-time */
        updated_at?: string;
        website_url?: string | null;
        writing_style?: {
          [key: string]: unknown;
        } | null;
      } & {
        [key: string]: unknown;
      };
      /** @enum {string} */
      error?: 'Analysis not found';
      success: boolean;
    };
    ApiKeysView: {
      /** @description Masked keys by provider */
      api_keys: {
        [key: string]: string;
      };
      configured_providers: string[];
      total_providers: number;
    };
    BeatMessage: {
      /**
       * @description What this connection was given so far: a state of the user’s onboarding, as the text inside an ETag
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      /**
       * @description Every 25 seconds
       * @enum {string}
       */
      type: 'beat';
    };
    BusinessInfoDto: {
      business_description: string;
      business_goals?: string | null;
      industry?: string | null;
      target_audience?: string | null;
    };
    BusinessInfoView: {
      business_description: string;
      business_goals: string | null;
      /** Format: date-time */
      created_at: string;
      /** Format: uuid */
      id: string;
      industry: string | null;
      target_audience: string | null;
      /** Format: date-time */
      updated_at: string;
      user_id: string;
    };
    CanonicalProfileView: {
      brand_colors: components['schemas']['ProfileTexts'];
      brand_values: components['schemas']['ProfileTexts'];
      business_goals: components['schemas']['ProfileText'];
      competitors: components['schemas']['ProfileTexts'];
      complexity: components['schemas']['ProfileText'];
      content_pillars: components['schemas']['ProfileTexts'];
      content_types: components['schemas']['ProfileTexts'];
      industry: components['schemas']['ProfileText'];
      platforms: components['schemas']['ProfileTexts'];
      research_depth: components['schemas']['ProfileText'];
      target_audience: components['schemas']['ProfileTexts'];
      tone: components['schemas']['ProfileText'];
      voice: components['schemas']['ProfileText'];
    };
    Capabilities: {
      ai_content_generation: boolean;
      content_optimization: boolean;
      persona_generation: boolean;
      research_capabilities: boolean;
      website_analysis: boolean;
    };
    CheckKeyDto: {
      /** @description The key; it is checked and not stored */
      api_key: string;
    };
    ClearingView: {
      /** @enum {string} */
      method: 'POST' | 'DELETE';
      path: string;
      /** @description Where in the body, next to what `GET /step/{n}` has in `data`; `/data`: in several places; null: no body is needed */
      pointer: string | null;
    };
    CohortsView: {
      /**
       * Format: date-time
       * @description Whatever was committed until then is in it
       */
      as_of: string;
      cohorts: components['schemas']['CohortView'][];
      /** @description By figure: what it is, in a sentence */
      definitions: {
        [key: string]: string;
      };
      /** @enum {string} */
      unit: 'day' | 'week' | 'month';
    };
    CohortView: {
      /** @description By the end of its own unit, of the next one, and so on, at most 400. Null: fewer than `ANALYTICS_MIN_GROUP` users */
      completed_after: number[] | null;
      /**
       * Format: date
       * @description The first day of its unit
       */
      from: string;
      /** @description Its unit is not over, or lies partly outside the period */
      incomplete: boolean;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      started: number | null;
    };
    CompetitorAnalysisView: {
      competitors: components['schemas']['CompetitorView'][];
      count: number;
      /** @description The user’s id; null when there are no competitors */
      session_id: string | null;
    };
    CompetitorInputs: {
      industry: string;
      target_demographics: string[];
      /** @description Domains, the most relevant first */
      top_performers: string[];
    };
    CompetitorView: {
      /** @description The competitor as it was posted */
      analysis_data: {
        [key: string]: unknown;
      };
      /**
       * Format: date-time
       * @description When it was saved
       */
      analysis_date: string;
      /** @description Where the competitor has none, the host of its url */
      domain: string | null;
      /** @enum {string} */
      status: 'completed';
      url: string | null;
    };
    CompletedView: {
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      completed_at: string;
      /** @enum {integer} */
      completion_percentage: 100;
      failed_tasks: string[] | null;
      message: string;
      /** @description Whether the user has a persona */
      persona_generated: boolean;
      /** @description Always empty: this service schedules nothing */
      scheduled_tasks: string[];
    };
    CompleteStepDto: {
      /** @description What the user entered; unknown keys are kept */
      data?: {
        [key: string]: unknown;
      } | null;
      /** @description Stored with the step: the first 20, of 500 characters each */
      validation_errors?: string[] | null;
    };
    ConfigRequirementsView: {
      min_api_keys: number;
      optional_providers: string[];
      required_providers: string[];
    };
    ConfigStepView: {
      description: string;
      /** @description What the step is, in every flow */
      key: string;
      number: number;
      providers?: string[];
      required: boolean;
      title: string;
    };
    ConfigView: {
      /** @enum {string} */
      flow: 'six' | 'six-intro' | 'five' | 'four';
      /** @description Every wizard that is served */
      flows: components['schemas']['FlowView'][];
      requirements: components['schemas']['ConfigRequirementsView'];
      steps: components['schemas']['ConfigStepView'][];
      total_steps: number;
    };
    EarlierDocumentsView: {
      business_info: components['schemas']['EarlierDocumentView'];
      integrations: components['schemas']['EarlierDocumentView'];
      personalization: components['schemas']['EarlierDocumentView'];
      /** @description With the competitors */
      research: components['schemas']['EarlierDocumentView'];
      website: components['schemas']['EarlierDocumentView'];
    };
    EarlierDocumentView: {
      /** @description Whether what was there then is still kept */
      available: boolean;
      /** @description As it was stored, without keys; null: there was nothing. Left out where it is no longer kept */
      document?: {
        [key: string]: unknown;
      } | null;
    };
    EarlierProgressView: {
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      completed_at: string | null;
      completion_percentage: number;
      current_step: number;
      is_completed: boolean;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      last_updated: string | null;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      started_at: string | null;
      steps: components['schemas']['EarlierStepView'][];
      total_steps: number;
    };
    EarlierStepView: {
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      completed_at: string | null;
      description: string;
      /** @enum {string} */
      status: 'pending' | 'in_progress' | 'completed' | 'skipped' | 'failed';
      step_number: number;
      title: string;
    };
    EnhancedSummaryView: {
      final_setup_complete: boolean;
      has_ai_provider: boolean;
      has_research_provider: boolean;
      integration_done: boolean;
      personalization_done: boolean;
      website_valid: boolean;
    };
    EnhancedValidationView: {
      all_valid: boolean;
      /** @description Results by group of providers, then by provider */
      results: {
        [key: string]: {
          [key: string]: components['schemas']['ValidationResultView'];
        };
      };
      summary: components['schemas']['EnhancedSummaryView'];
    };
    ErrorMessage: {
      /**
       * @description What this connection was given so far: a state of the user’s onboarding, as the text inside an ETag
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      problem: components['schemas']['ProblemView'];
      /** @description Milliseconds after which coming back helps */
      retry_ms?: number;
      /**
       * @description Before the service ends the connection
       * @enum {string}
       */
      type: 'error';
    };
    EventMessage: {
      event: components['schemas']['LiveEventView'];
      /**
       * @description What this connection was given so far: a state of the user’s onboarding, as the text inside an ETag
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      /** @enum {string} */
      type: 'event';
    };
    ExistingAnalysisView: {
      /** Format: date-time */
      analysis_date?: string;
      /** Format: uuid */
      analysis_id?: string;
      exists: boolean;
      summary?: components['schemas']['AnalysisSummaryView'];
    };
    FieldErrorView: {
      detail: string;
      /** @description JSON pointer (RFC 6901) into the request */
      pointer: string;
    };
    FlowView: {
      /** @enum {string} */
      flow: 'six' | 'six-intro' | 'five' | 'four';
      steps: components['schemas']['ConfigStepView'][];
      total_steps: number;
    };
    FunnelGroupView: {
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      completed: number | null;
      /** @description Null: of nobody, or hidden */
      conversion: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      dropped: number | null;
      /**
       * Format: date
       * @description Its first day; a week’s is a Monday, which may lie before the period
       */
      from: string;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      in_progress: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      started: number | null;
      steps: components['schemas']['FunnelStepView'][];
      /** @description From the start to completion */
      time_seconds: components['schemas']['TimesView'];
    };
    FunnelStepView: {
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      completed: number | null;
      /** @description Null: of nobody, or hidden */
      conversion_overall: number | null;
      /** @description Null: of nobody, or hidden */
      conversion_step: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      dropped: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      entered: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      failed: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      in_progress: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      skipped: number | null;
      /** @enum {string} */
      step_key: 'api_keys' | 'website' | 'research' | 'personalization' | 'integrations' | 'complete';
      /** @description In the wizard `flow`, or canonical */
      step_number: number;
      /** @description From the step before, or the start */
      time_seconds: components['schemas']['TimesView'];
    };
    FunnelView: {
      /**
       * Format: date-time
       * @description Whatever was committed until then is in it
       */
      as_of: string;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      completed: number | null;
      /** @description Null: of nobody, or hidden */
      conversion: number | null;
      /** @description By figure: what it is, in a sentence */
      definitions: {
        [key: string]: string;
      };
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      dropped: number | null;
      /** @enum {string|null} */
      flow: 'six' | 'six-intro' | 'five' | 'four' | null;
      /** Format: date */
      from: string;
      /** @description With `by`: each day or week of the period */
      groups?: components['schemas']['FunnelGroupView'][];
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      in_progress: number | null;
      /** @description Events that are not in it yet */
      pending: number;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      started: number | null;
      steps: components['schemas']['FunnelStepView'][];
      /** @description From the start to completion */
      time_seconds: components['schemas']['TimesView'];
      /**
       * Format: date
       * @description Not included
       */
      to: string;
    };
    GapInputs: {
      content_gaps: string[];
      content_opportunities: string[];
      target_keywords: string[];
    };
    GoneView: {
      detail: string;
      /**
       * @description The oldest position at which all of it is kept
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      oldest_position: string;
      /** @enum {integer} */
      status: 410;
      title: string;
      type: string;
    };
    HealthView: {
      /** @enum {string} */
      status: 'ok';
    };
    HistoryItemView: {
      /** @description Who did it: `user`, `system`, `operator`, or `service:` and its name */
      actor: string;
      /** @description Why, in one word, such as `wizard` */
      cause: string;
      /** @description Facts of the event, such as `from` and `to`; never what the user entered */
      data: {
        [key: string]: unknown;
      };
      /** @description Whose data changed with it */
      documents: ('website' | 'research' | 'personalization' | 'integrations' | 'business_info')[];
      /** Format: date-time */
      occurred_at: string;
      /**
       * @description One state of the user’s onboarding: the revision, and the session. The text inside the ETag of that state
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      /** @description The progress afterwards, in the wizard of today. Null in events from before progress was recorded */
      progress: components['schemas']['HistoryProgressView'] | null;
      /** @enum {string|null} */
      step_key: 'api_keys' | 'website' | 'research' | 'personalization' | 'integrations' | 'complete' | null;
      /** @description Null: the user’s wizard has no page for it */
      step_number: number | null;
      /** @enum {string} */
      type:
        | 'onboarding_started'
        | 'onboarding_completed'
        | 'onboarding_reset'
        | 'onboarding_restored'
        | 'onboarding_imported'
        | 'step_started'
        | 'step_completed'
        | 'step_skipped'
        | 'step_failed'
        | 'step_reset'
        | 'data_saved'
        | 'api_key_saved'
        | 'api_key_removed'
        | 'progress_updated'
        | 'progress_repaired'
        | 'flow_changed';
    };
    HistoryProgressView: {
      completion_percentage: number;
      /** @description The step to show when the user comes back, or the one before, as the wizard expects it */
      current_step: number;
      is_completed: boolean;
    };
    HistoryView: {
      /** @description The latest first */
      items: components['schemas']['HistoryItemView'][];
      /** @description `before` of the next page; null: there are no earlier items */
      next_before: number | null;
    };
    InitOnboardingView: {
      /** @description Whether every required step before the last is finished, or counts as finished */
      can_proceed_to_final: boolean;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      completed_at: string | null;
      completion_percentage: number;
      /** @description The step to show when the user comes back, or the one before, as the wizard expects it */
      current_step: number;
      /**
       * @description The wizard whose numbers these are
       * @enum {string}
       */
      flow: 'six' | 'six-intro' | 'five' | 'four';
      is_completed: boolean;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      last_updated: string | null;
      /** @description The first unfinished step */
      next_step: number;
      /** @description What is onboarded, as it was posted; `website` unless it was */
      onboarding_type: string;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      started_at: string | null;
      steps: components['schemas']['InitStepView'][];
    };
    InitSessionView: {
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      initialized_at: string | null;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      last_activity: string | null;
      /** @description The user id */
      session_id: string;
    };
    InitStepView: {
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      completed_at: string | null;
      /** @description The saved data of the step, without keys */
      data: {
        [key: string]: unknown;
      } | null;
      description: string;
      has_data: boolean;
      /** @enum {string} */
      status: 'pending' | 'in_progress' | 'completed' | 'skipped' | 'failed';
      step_number: number;
      title: string;
    };
    InitUserView: {
      clerk_user_id: string;
      email: string | null;
      first_name: string | null;
      id: string;
      last_name: string | null;
    };
    InitView: {
      onboarding: components['schemas']['InitOnboardingView'];
      session: components['schemas']['InitSessionView'];
      user: components['schemas']['InitUserView'];
    };
    InputsMeta: {
      /** @description The share of values that come from the user’s own data, to two decimals */
      completeness: number;
      /** @description Whether any value comes from the user’s own data */
      personalized: boolean;
      /** @description Where each value comes from, by the path of the value */
      sources: {
        [key: string]:
          | 'persona'
          | 'website_analysis'
          | 'research_preferences'
          | 'competitors'
          | 'business_info'
          | 'integrations'
          | 'industry_default'
          | 'default';
      };
      /** Format: date-time */
      updated_at: string | null;
    };
    KeyCheckView: {
      message: string;
      provider: string;
      /** @enum {string} */
      status: 'configured' | 'invalid' | 'unverified' | 'missing';
      valid: boolean | null;
    };
    KeyDeletedView: {
      message: string;
      provider: string;
      /** @enum {string} */
      status: 'deleted';
    };
    KeySavedView: {
      message: string;
      provider: string;
      /** @enum {string} */
      status: 'saved';
      /** @description Only when the key is saved and something else failed */
      warnings?: string[];
    };
    KeysValidationView: {
      /** @description Whether there is a key of an AI provider and no key is known to be invalid */
      all_valid: boolean;
      /** @description Masked keys by provider */
      api_keys: {
        [key: string]: string;
      };
      configured_providers: string[];
      missing_keys: string[];
      total_providers: number;
      validation_results: {
        [key: string]: components['schemas']['ValidationResultView'];
      };
    };
    KeywordInputs: {
      content_topics: string[];
      high_value_keywords: string[];
      search_intent: components['schemas']['SearchIntentInputs'];
    };
    LentKeyView: {
      /** @description The key in plain text */
      api_key: string;
      /** @description The name of the provider */
      provider: string;
      /**
       * @description deployment: the user has no key of this provider
       * @enum {string}
       */
      source: 'user' | 'deployment';
    };
    LiveEventView: {
      /** @description Who did it: `user`, `system`, `operator`, or `service:` and its name */
      actor: string;
      /** @description Why, in one word, such as `wizard` */
      cause: string;
      /** @description Facts of the event, such as `from` and `to`; never what the user entered */
      data: {
        [key: string]: unknown;
      };
      /** Format: date-time */
      occurred_at: string;
      /**
       * @description One state of the user’s onboarding: the revision, and the session. The text inside the ETag of that state
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      /** @description The progress afterwards, in the wizard of today. Null in events from before progress was recorded */
      progress: components['schemas']['HistoryProgressView'] | null;
      /** @enum {string|null} */
      step_key: 'api_keys' | 'website' | 'research' | 'personalization' | 'integrations' | 'complete' | null;
      /** @description Null: the user’s wizard has no page for it */
      step_number: number | null;
      /** @enum {string} */
      type:
        | 'onboarding_started'
        | 'onboarding_completed'
        | 'onboarding_reset'
        | 'onboarding_restored'
        | 'onboarding_imported'
        | 'step_started'
        | 'step_completed'
        | 'step_skipped'
        | 'step_failed'
        | 'step_reset'
        | 'data_saved'
        | 'api_key_saved'
        | 'api_key_removed'
        | 'progress_updated'
        | 'progress_repaired'
        | 'flow_changed';
    };
    LiveMessage: {
      /**
       * @description What this connection was given so far: a state of the user’s onboarding, as the text inside an ETag
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      status: components['schemas']['StatusView'];
      /**
       * @description From here on nothing is missed
       * @enum {string}
       */
      type: 'live';
    };
    PersonaLatestView: {
      message?: string;
      persona: components['schemas']['PersonaView'] | null;
      /** @enum {integer} */
      status_code?: 404;
      success: boolean;
    };
    PersonalizationSettings: {
      brand_voice: string | null;
      content_focus: string | null;
      target_audience: string | null;
      tone: string | null;
      writing_style: string | null;
    };
    PersonaReadiness: {
      missing_data: string[];
      ready: boolean;
      reason: string;
    };
    PersonaSavedView: {
      /** @enum {boolean} */
      success: true;
    };
    PersonaView: {
      core_persona: {
        [key: string]: unknown;
      } | null;
      platform_personas: {
        [key: string]: unknown;
      } | null;
      quality_metrics: {
        [key: string]: unknown;
      } | null;
      selected_platforms: string[] | null;
      /** Format: date-time */
      timestamp: string;
    };
    ProblemView: {
      detail: string;
      errors?: components['schemas']['FieldErrorView'][];
      status: number;
      title: string;
      /** @example about:blank */
      type: string;
    };
    ProfileText: {
      /** @enum {string|null} */
      source:
        | 'persona'
        | 'website_analysis'
        | 'research_preferences'
        | 'competitors'
        | 'business_info'
        | 'integrations'
        | 'industry_default'
        | 'default'
        | null;
      value: string | null;
    };
    ProfileTexts: {
      /** @enum {string|null} */
      source:
        | 'persona'
        | 'website_analysis'
        | 'research_preferences'
        | 'competitors'
        | 'business_info'
        | 'integrations'
        | 'industry_default'
        | 'default'
        | null;
      value: string[] | null;
    };
    ProgressView: {
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      completed_at: string | null;
      completion_percentage: number;
      current_step: number;
      is_completed: boolean;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      last_updated: string | null;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      started_at: string | null;
      steps: components['schemas']['StepView'][];
      total_steps: number;
    };
    ProviderSetupView: {
      description: string;
      name: string;
      optional_fields: string[];
      required_fields: string[];
      setup_instructions: string[];
      /** Format: uri */
      setup_url: string;
    };
    ProviderView: {
      description: string;
      name: string;
      optional_fields: string[];
      required_fields: string[];
      /** Format: uri */
      setup_url: string;
    };
    RequirementsView: {
      /** @description What keeps it from that, in the order of the steps */
      blocked_by: (
        | 'api_key_missing'
        | 'api_keys_step_open'
        | 'api_key_refused'
        | 'api_key_unverified'
        | 'api_key_of_deployment'
        | 'research_key_missing'
        | 'website_missing'
        | 'website_step_open'
        | 'website_analysis_missing'
        | 'website_analysis_failed'
        | 'website_analysis_old'
        | 'research_missing'
        | 'research_step_open'
        | 'research_older_than_website'
        | 'competitors_missing'
        | 'competitor_is_own_site'
        | 'content_types_uncovered'
        | 'persona_missing'
        | 'persona_older_than_website'
        | 'platform_without_persona'
        | 'integrations_missing'
        | 'document_malformed'
        | 'final_step_open'
      )[];
      /** @description Whether `POST /complete` would succeed now */
      can_complete: boolean;
      /** @description Can be cleared now */
      currently_due: components['schemas']['RequirementView'][];
      /**
       * Format: date-time
       * @description When onboarding is to be completed
       */
      deadline: string | null;
      /** @description Saved, and wrong; never blocks */
      errors: components['schemas']['RequirementView'][];
      /** @description Due, after a step before it */
      eventually_due: components['schemas']['RequirementView'][];
      /**
       * @description The wizard whose numbers these are
       * @enum {string}
       */
      flow: 'six' | 'six-intro' | 'five' | 'four';
      is_completed: boolean;
      /** @description Due, after the deadline */
      past_due: components['schemas']['RequirementView'][];
      /** @description A provider can say whether its key is good */
      pending_verification: components['schemas']['RequirementView'][];
      /** @description The state of the onboarding, as in the ETag */
      position: string;
      /** @description Worth doing; never blocks */
      recommended: components['schemas']['RequirementView'][];
    };
    RequirementView: {
      /** @description Others that are due: to clear one of them clears this one, too */
      alternatives: (
        | 'api_key_missing'
        | 'api_keys_step_open'
        | 'api_key_refused'
        | 'api_key_unverified'
        | 'api_key_of_deployment'
        | 'research_key_missing'
        | 'website_missing'
        | 'website_step_open'
        | 'website_analysis_missing'
        | 'website_analysis_failed'
        | 'website_analysis_old'
        | 'research_missing'
        | 'research_step_open'
        | 'research_older_than_website'
        | 'competitors_missing'
        | 'competitor_is_own_site'
        | 'content_types_uncovered'
        | 'persona_missing'
        | 'persona_older_than_website'
        | 'platform_without_persona'
        | 'integrations_missing'
        | 'document_malformed'
        | 'final_step_open'
      )[];
      /** @description Requests that clear it, each alone */
      clears: components['schemas']['ClearingView'][];
      /** @enum {string} */
      code:
        | 'api_key_missing'
        | 'api_keys_step_open'
        | 'api_key_refused'
        | 'api_key_unverified'
        | 'api_key_of_deployment'
        | 'research_key_missing'
        | 'website_missing'
        | 'website_step_open'
        | 'website_analysis_missing'
        | 'website_analysis_failed'
        | 'website_analysis_old'
        | 'research_missing'
        | 'research_step_open'
        | 'research_older_than_website'
        | 'competitors_missing'
        | 'competitor_is_own_site'
        | 'content_types_uncovered'
        | 'persona_missing'
        | 'persona_older_than_website'
        | 'platform_without_persona'
        | 'integrations_missing'
        | 'document_malformed'
        | 'final_step_open';
      /** @description A sentence for the user */
      detail: string;
      /**
       * Format: date-time
       * @description The deadline of what is due
       */
      due_at: string | null;
      /** @description Where it is: a place in the body of `POST /step/{n}/complete` */
      pointer: string | null;
      /**
       * Format: date-time
       * @description Null without a session
       */
      since: string | null;
      /** @enum {string} */
      step_key: 'api_keys' | 'website' | 'research' | 'personalization' | 'integrations' | 'complete';
      /** @description Null where the wizard has no such step */
      step_number: number | null;
      title: string;
    };
    ResearchInputs: {
      auto_research: boolean;
      content_types: string[];
      factual_content: boolean;
      research_depth: string;
    };
    ResetView: {
      current_step: number;
      message: string;
      /** @enum {string} */
      reset_mode: 'soft' | 'hard';
      /**
       * Format: date-time
       * @description Null after a hard reset
       */
      started_at: string | null;
      user_id: string;
    };
    RestoredChangeView: {
      field: string;
      /** @description With `to`, where both are scalars of at most 200 characters */
      from?: (string | null) | number | boolean;
      /**
       * @description Null: a field of the whole progress
       * @enum {string|null}
       */
      step_key:
        'api_keys' | 'website' | 'research' | 'personalization' | 'integrations' | 'complete' | 'business_info' | null;
      to?: (string | null) | number | boolean;
    };
    RestoredPartsView: {
      /** @description Whose data have changed */
      documents: ('website' | 'research' | 'personalization' | 'integrations' | 'business_info')[];
      /** @description Whether the progress has changed */
      progress: boolean;
    };
    RestoreDto: {
      /** @description true: says what would change, and changes nothing. Whether the data would be too large together is not checked */
      dry_run?: boolean | null;
      /** @description What is restored is as it was after the event of this revision */
      revision: number;
      /** @description Whose data are restored; left out: all. Not with `progress`. Social accounts and brand data go with the website */
      steps?: ('website' | 'research' | 'personalization' | 'integrations' | 'business_info')[] | null;
      /**
       * @description The progress, the saved data, or both
       * @enum {string}
       */
      what: 'progress' | 'data' | 'all';
    };
    RestoredView: {
      /** @description Of each document the first 200 fields */
      changes: components['schemas']['RestoredChangeView'][];
      /**
       * @description The state afterwards; of a dry run the one that there is
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      restored: components['schemas']['RestoredPartsView'];
    };
    ResumeView: {
      can_resume: boolean;
      completion_percentage: number;
      current_step?: number;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      last_updated?: string | null;
      /** @description Only when the onboarding is completed */
      message?: string;
      resume_step?: number;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      started_at?: string | null;
    };
    RevisionView: {
      documents: components['schemas']['EarlierDocumentsView'];
      /**
       * @description One state of the user’s onboarding: the revision, and the session. The text inside the ETag of that state
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      progress: components['schemas']['EarlierProgressView'];
    };
    SaveKeyDto: {
      /** @description The key; white space around it is removed */
      api_key: string;
      description?: string | null;
      /** @description The name of a provider, or an alias */
      provider: string;
    };
    SavePersonaDto: {
      core_persona?: {
        [key: string]: unknown;
      } | null;
      platform_personas?: {
        [key: string]: unknown;
      } | null;
      quality_metrics?: {
        [key: string]: unknown;
      } | null;
      selected_platforms?: string[] | null;
    };
    SearchIntentInputs: {
      focus: string;
      intent: string;
    };
    SessionAnalysesView: {
      analyses: ({
        /** @description Only while brand analysis is switched on */
        brand_analysis?: {
          [key: string]: unknown;
        } | null;
        content_characteristics?: {
          [key: string]: unknown;
        } | null;
        /** @description Only while brand analysis is switched on */
        content_strategy_insights?: {
          [key: string]: unknown;
        } | null;
        content_type?: {
          [key: string]: unknown;
        } | null;
        crawl_result?: {
          [key: string]: unknown;
        } | null;
        /** Format: date-time */
        created_at: string;
        /** Format: uuid */
        id: string;
        recommended_settings?: {
          [key: string]: unknown;
        } | null;
        seo_audit?: {
          [key: string]: unknown;
        } | null;
        sitemap_analysis?: {
          [key: string]: unknown;
        } | null;
        social_media_accounts?: {
          [key: string]: unknown;
        } | null;
        social_media_presence?: {
          [key: string]: unknown;
        } | null;
        status?: string | null;
        /** @description With the guidelines that were posted next to it */
        style_guidelines?: {
          [key: string]: unknown;
        } | null;
        style_patterns?: {
          [key: string]: unknown;
        } | null;
        target_audience?: {
          [key: string]: unknown;
        } | null;
        /** Format: date-time */
        updated_at: string;
        website_url: string | null;
        writing_style?: {
          [key: string]: unknown;
        } | null;
      } & {
        [key: string]: unknown;
      })[];
      /** @enum {boolean} */
      success: true;
    };
    SnapshotMessage: {
      /**
       * @description What this connection was given so far: a state of the user’s onboarding, as the text inside an ETag
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      /**
       * @description Why there is no replay
       * @enum {string}
       */
      reason: 'first' | 'reset' | 'unknown_position' | 'too_far_behind';
      status: components['schemas']['StatusView'];
      /** @enum {string} */
      type: 'snapshot';
    };
    StartView: {
      current_step: number;
      /** Format: uuid */
      id: string;
      message: string;
      progress: number;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      started_at: string;
      user_id: string;
    };
    StatusMessage: {
      /**
       * @description What this connection was given so far: a state of the user’s onboarding, as the text inside an ETag
       * @example 12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10
       */
      position: string;
      status: components['schemas']['StatusView'];
      /**
       * @description After each run of events
       * @enum {string}
       */
      type: 'status';
    };
    StatusView: {
      /** @description Whether every required step before the last is finished, or counts as finished */
      can_proceed_to_final: boolean;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      completed_at: string | null;
      completion_percentage: number;
      /** @description The step to show when the user comes back, or the one before, as the wizard expects it */
      current_step: number;
      is_completed: boolean;
      /** @description The first unfinished step */
      next_step: number;
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      started_at: string | null;
    };
    StepAccessView: {
      can_proceed: boolean;
      /** @enum {string} */
      step_status: 'available' | 'locked' | 'completed';
      validation_errors: string[];
    };
    StepCompletedView: {
      /** @description The saved data of the step after this request */
      data: {
        [key: string]: unknown;
      } | null;
      message: string;
      step_number: number;
      warnings: string[] | null;
    };
    StepPreviewView: {
      /** @description Whether completing the step with these data would succeed */
      can_proceed: boolean;
      /** @description The same as `validation_errors`, with their places */
      errors: components['schemas']['FieldErrorView'][];
      /** @description What would be due after it; nothing is stored, so `position` is that of now */
      requirements_after: components['schemas']['RequirementsView'];
      /** @description What keeps it from that */
      validation_errors: string[];
      /** @description What its answer would warn of, but for what is done after the commit */
      warnings: string[];
    };
    StepSkippedView: {
      message: string;
      step_number: number;
    };
    StepView: {
      /**
       * Format: date-time
       * @description ISO 8601 in UTC
       */
      completed_at: string | null;
      /** @description The saved data of the step, without keys */
      data: {
        [key: string]: unknown;
      } | null;
      description: string;
      /** @enum {string} */
      status: 'pending' | 'in_progress' | 'completed' | 'skipped' | 'failed';
      step_number: number;
      title: string;
      validation_errors: string[];
    };
    StuckSinceView: {
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      longer: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      under_1d: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      under_1h: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      under_7d: number | null;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      under_30d: number | null;
    };
    StuckStepView: {
      /** @description How long nothing has happened */
      since: components['schemas']['StuckSinceView'];
      /** @enum {string} */
      step_key: 'api_keys' | 'website' | 'research' | 'personalization' | 'integrations' | 'complete';
      /** @description In the wizard `flow`, or canonical */
      step_number: number;
      /** @description Null: fewer than `ANALYTICS_MIN_GROUP` users */
      users: number | null;
    };
    StuckView: {
      /**
       * Format: date-time
       * @description Whatever was committed until then is in it
       */
      as_of: string;
      /** @description By figure: what it is, in a sentence */
      definitions: {
        [key: string]: string;
      };
      steps: components['schemas']['StuckStepView'][];
    };
    StyleAnalysisDto: {
      /** @description Becomes a part of style_guidelines */
      ai_generation_tips?: unknown[] | null;
      /** @description Becomes a part of style_guidelines */
      avoid_elements?: unknown[] | null;
      /** @description Becomes a part of style_guidelines */
      best_practices?: unknown[] | null;
      /** @description Only while brand analysis is switched on */
      brand_analysis?: {
        [key: string]: unknown;
      } | null;
      /** @description Becomes a part of style_guidelines */
      competitive_advantages?: unknown[] | null;
      /** @description Becomes a part of style_guidelines */
      content_calendar_suggestions?: unknown[] | null;
      content_characteristics?: {
        [key: string]: unknown;
      } | null;
      /** @description Becomes a part of style_guidelines */
      content_strategy?: string | null;
      /** @description Only while brand analysis is switched on */
      content_strategy_insights?: {
        [key: string]: unknown;
      } | null;
      content_type?: {
        [key: string]: unknown;
      } | null;
      crawl_result?: {
        [key: string]: unknown;
      } | null;
      /** @description Becomes a part of style_guidelines */
      guidelines?:
        | ({
            [key: string]: unknown;
          } | null)
        | unknown[];
      recommended_settings?: {
        [key: string]: unknown;
      } | null;
      seo_audit?: {
        [key: string]: unknown;
      } | null;
      sitemap_analysis?: {
        [key: string]: unknown;
      } | null;
      social_media_accounts?: {
        [key: string]: unknown;
      } | null;
      social_media_presence?: {
        [key: string]: unknown;
      } | null;
      status?: string | null;
      style_guidelines?: {
        [key: string]: unknown;
      } | null;
      style_patterns?: {
        [key: string]: unknown;
      } | null;
      target_audience?: {
        [key: string]: unknown;
      } | null;
      website_url?: string | null;
      writing_style?: {
        [key: string]: unknown;
      } | null;
    };
    SummaryView: {
      /** @description Masked keys by provider; the deployment’s own as eight stars */
      api_keys: {
        [key: string]: string;
      };
      canonical_profile: components['schemas']['CanonicalProfileView'];
      capabilities: components['schemas']['Capabilities'];
      integrations: {
        [key: string]: unknown;
      } | null;
      persona_readiness: components['schemas']['PersonaReadiness'];
      personalization_settings: components['schemas']['PersonalizationSettings'];
      research_preferences: {
        [key: string]: unknown;
      } | null;
      style_analysis: {
        [key: string]: unknown;
      } | null;
      website_url: string | null;
    };
    TimesView: {
      /** @description Null: of nobody, or hidden */
      mean: number | null;
      /** @description Users with a time of their own */
      n: number | null;
      /** @description Null: of nobody, or hidden */
      p50: number | null;
      /** @description Null: of nobody, or hidden */
      p75: number | null;
      /** @description Null: of nobody, or hidden */
      p90: number | null;
      /** @description Null: of nobody, or hidden */
      p95: number | null;
    };
    TooManyRequestsView: {
      detail: string;
      /** @description Seconds */
      retry_after: number;
      /** @enum {integer} */
      status: 429;
      title: string;
      type: string;
    };
    ValidationResultView: {
      error?: string;
      /** @enum {string} */
      status: 'configured' | 'invalid' | 'unverified' | 'missing';
      /** @description Null when the provider was not asked or gave no clear answer */
      valid: boolean | null;
    };
    WebsiteAnalysisView: {
      /** @enum {string} */
      status: 'success' | 'no_data';
      /** @description Style, audience and guidelines in one object */
      style_analysis?: {
        [key: string]: unknown;
      } | null;
      /** @description The analysis again, nested, for older clients */
      website_analysis?: {
        [key: string]: unknown;
      } | null;
      website_url?: string | null;
    };
    WebsiteInputs: {
      content_types: string[];
      expertise_level: string;
      industry_focus: string;
      target_audience: string[];
      website_url: string | null;
      writing_style: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  PersonalizationController_aiInputs: {
    parameters: {
      query?: {
        /** @description prompt: as a text for a system prompt */
        format?: 'json' | 'prompt';
        /** @description The most tokens of the prompt, counted as by OpenAI’s cl100k_base */
        max_tokens?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AiInputsView'];
          'text/plain': string;
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  AnalyticsController_activity: {
    parameters: {
      query?: {
        /** @description The first day, in UTC, at most 400 before `to`; left out: 30 days before it */
        from?: string;
        /** @description The day after the last one, in UTC; left out: tomorrow */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description Accept: the caller chooses between JSON and CSV */
          Vary?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ActivityView'];
          'text/csv': string;
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  AnalyticsController_cohorts: {
    parameters: {
      query?: {
        /** @description The users of this wizard; left out: all */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
        /** @description The first day, in UTC, at most 400 before `to`; left out: 30 days before it */
        from?: string;
        /** @description The day after the last one, in UTC; left out: tomorrow */
        to?: string;
        /** @description What a cohort has in common */
        unit?: 'day' | 'week' | 'month';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description Accept: the caller chooses between JSON and CSV */
          Vary?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CohortsView'];
          'text/csv': string;
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  AnalyticsController_funnel: {
    parameters: {
      query?: {
        /** @description Groups by the day or week of the start */
        by?: 'none' | 'day' | 'week';
        /** @description The users of this wizard; left out: all */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
        /** @description The first day, in UTC, at most 400 before `to`; left out: 30 days before it */
        from?: string;
        /** @description The day after the last one, in UTC; left out: tomorrow */
        to?: string;
        /** @description Only what happened at most so many days after the start; left out: whenever it happened */
        window_days?: 1 | 7 | 14 | 30;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description Accept: the caller chooses between JSON and CSV */
          Vary?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FunnelView'];
          'text/csv': string;
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  AnalyticsController_stuck: {
    parameters: {
      query?: {
        /** @description The users of this wizard; left out: all, over the canonical six steps */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description Accept: the caller chooses between JSON and CSV */
          Vary?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StuckView'];
          'text/csv': string;
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ApiKeysController_list: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKeysView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ApiKeysController_save: {
    parameters: {
      query?: never;
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SaveKeyDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeySavedView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Too many requests a minute; see `Retry-After` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['TooManyRequestsView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ApiKeysController_remove: {
    parameters: {
      query?: never;
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
      };
      path: {
        provider: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyDeletedView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ApiKeysController_listForOnboarding: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ApiKeysView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ApiKeysController_lastValidation: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeysValidationView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ApiKeysController_validate: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeysValidationView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Too many requests a minute; see `Retry-After` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['TooManyRequestsView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  'BusinessInfoController_save[0]': {
    parameters: {
      query?: never;
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['BusinessInfoDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BusinessInfoView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  'BusinessInfoController_get[0]': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BusinessInfoView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  'BusinessInfoController_replace[0]': {
    parameters: {
      query?: never;
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['BusinessInfoDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BusinessInfoView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  'BusinessInfoController_getByUser[0]': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BusinessInfoView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  SavedDataController_competitorAnalysis: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CompetitorAnalysisView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_completeOnboarding: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CompletedView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  OnboardingConfigController_config: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConfigView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  LiveController_events: {
    parameters: {
      query?: {
        /** @description A position; `0` for all events */
        after?: string;
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description As `after`, and wins */
        'Last-Event-ID'?: string;
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Each event has a message in its data */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'text/event-stream':
            | components['schemas']['SnapshotMessage']
            | components['schemas']['EventMessage']
            | components['schemas']['LiveMessage']
            | components['schemas']['StatusMessage']
            | components['schemas']['BeatMessage']
            | components['schemas']['ErrorMessage'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  HistoryController_list: {
    parameters: {
      query?: {
        /** @description Items before this revision: `next_before` of the page before */
        before?: number;
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
        limit?: number;
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description The state of the user’s onboarding: each change gives it another tag */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HistoryView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  HistoryController_at: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path: {
        revision: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RevisionView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description What was there then is no longer kept */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['GoneView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_init: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description The state of the user’s onboarding: each change gives it another tag */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['InitView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  InternalReadsController_aiInputs: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AiInputsView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  KeyLendingController_lend: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        provider: string;
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['LentKeyView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  InternalReadsController_profile: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CanonicalProfileView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  InternalReadsController_status: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StatusView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  LiveController_live: {
    parameters: {
      query?: {
        /** @description A position; `0` for all events */
        after?: string;
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The WebSocket is open */
      101: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The address speaks WebSocket */
      426: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_steps: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description The state of the user’s onboarding: each change gives it another tag */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProgressView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProvidersController_providers: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: components['schemas']['ProviderView'];
          };
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProvidersController_setup: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        provider: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ProviderSetupView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ApiKeysController_check: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        provider: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CheckKeyDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['KeyCheckView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Too many requests a minute; see `Retry-After` */
      429: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['TooManyRequestsView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_requirements: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description The state of the user’s onboarding: each change gives it another tag */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RequirementsView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  SavedDataController_researchPreferences: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          } | null;
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_reset: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
        /** @description true: deletes all data of the user, keys included */
        hard?: 'true' | 'false';
      };
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ResetView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  HistoryController_restore: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['RestoreDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RestoredView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description What was there then is no longer kept */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['GoneView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_resume: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ResumeView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_start: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StartView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_status: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description The state of the user’s onboarding: each change gives it another tag */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StatusView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_step: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path: {
        n: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          /** @description The state of the user’s onboarding: each change gives it another tag */
          ETag?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StepView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_complete: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path: {
        n: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CompleteStepDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StepCompletedView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_skip: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path: {
        n: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StepSkippedView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_validate: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path: {
        n: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StepAccessView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ProgressController_preview: {
    parameters: {
      query?: {
        /** @description As the header `Onboarding-Flow`, which wins */
        flow?: 'six' | 'six-intro' | 'five' | 'four';
      };
      header?: {
        /** @description The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s. */
        'Onboarding-Flow'?: 'six' | 'six-intro' | 'five' | 'four';
      };
      path: {
        n: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['CompleteStepDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['StepPreviewView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  SavedDataController_latestPersona: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PersonaLatestView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  SavedDataController_savePersona: {
    parameters: {
      query?: never;
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SavePersonaDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PersonaSavedView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  StyleDetectionController_find: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnalysisView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  StyleDetectionController_update: {
    parameters: {
      query?: never;
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['StyleAnalysisDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnalysisChangedView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  StyleDetectionController_clear: {
    parameters: {
      query?: never;
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AnalysisChangedView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  StyleDetectionController_checkExisting: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description The address, percent-encoded */
        url: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ExistingAnalysisView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  StyleDetectionController_list: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SessionAnalysesView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  PersonalizationController_summary: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SummaryView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  ApiKeysController_enhanced: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EnhancedValidationView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  SavedDataController_websiteAnalysis: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          } & components['schemas']['WebsiteAnalysisView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  HealthController_live: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HealthView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  HealthController_ready: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['HealthView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  'BusinessInfoController_save[1]': {
    parameters: {
      query?: never;
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['BusinessInfoDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BusinessInfoView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  'BusinessInfoController_get[1]': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BusinessInfoView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  'BusinessInfoController_replace[1]': {
    parameters: {
      query?: never;
      header?: {
        /** @description ETags of the states in which the write may happen, or `*`. Without the header it happens in any state. */
        'If-Match'?: string;
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['BusinessInfoDto'];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BusinessInfoView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The onboarding is no longer in a state that `If-Match` names; nothing was changed */
      412: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is too large, or the user would have stored too much */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The body is not JSON */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
  'BusinessInfoController_getByUser[1]': {
    parameters: {
      query?: never;
      header?: never;
      path: {
        userId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BusinessInfoView'];
        };
      };
      /** @description The request is invalid; `errors` name the fields */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description No token, or one that is bad or expired */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description Not found, or it belongs to another user */
      404: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service failed; `detail` names the request */
      500: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
      /** @description The service, or something that it needs, is unavailable; see `Retry-After` */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['ProblemView'];
        };
      };
    };
  };
}
