import { Migration } from '@mikro-orm/migrations';

const TABLES = [
  'onboarding_sessions',
  'website_analyses',
  'research_preferences',
  'competitor_analyses',
  'persona_data',
  'platform_integrations',
  'business_info',
  'api_keys',
  'progress_events',
  'access_events',
];

/**
 * The tables of the service. Every key starts with the user, every row hangs off the session of its own user, and every table
 * is closed to whoever does not say on whose behalf he speaks.
 */
export class Migration20261124Onboarding extends Migration {
  override readonly name = 'Migration20261124Onboarding';

  override up(): void {
    this.#createMaintenanceRole();
    this.addSql(`
      create table onboarding_sessions (
        user_id text not null,
        id uuid not null,
        revision bigint not null default '0',
        steps jsonb not null default '{}',
        current_step smallint null,
        percentage_floor numeric(5,2) not null default 0,
        started_at timestamptz not null,
        updated_at timestamptz not null,
        completed_at timestamptz null,
        primary key (user_id, id),
        constraint onboarding_sessions_user_id_unique unique (user_id),
        constraint onboarding_sessions_user_id_check check (user_id <> ''),
        constraint onboarding_sessions_current_step_check check (current_step >= 1 and current_step <= 6),
        constraint onboarding_sessions_percentage_floor_check check (percentage_floor >= 0 and percentage_floor <= 100)
      )`);
    this.addSql(`
      create table website_analyses (
        user_id text not null,
        id uuid not null,
        session_id uuid not null,
        website_url text null,
        writing_style jsonb null,
        content_characteristics jsonb null,
        target_audience jsonb null,
        content_type jsonb null,
        recommended_settings jsonb null,
        brand_analysis jsonb null,
        content_strategy_insights jsonb null,
        social_media_presence jsonb null,
        social_media_accounts jsonb null,
        seo_audit jsonb null,
        sitemap_analysis jsonb null,
        style_patterns jsonb null,
        style_guidelines jsonb null,
        crawl_result jsonb null,
        status text null,
        extra jsonb not null default '{}',
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (user_id),
        constraint website_analyses_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    this.addSql(`
      create table research_preferences (
        user_id text not null,
        id uuid not null,
        session_id uuid not null,
        research_depth text not null default 'Comprehensive',
        content_types jsonb not null default '["Blog Posts", "Social Media", "Newsletters"]',
        auto_research boolean not null default true,
        factual_content boolean not null default true,
        writing_style jsonb null,
        content_characteristics jsonb null,
        target_audience jsonb null,
        recommended_settings jsonb null,
        extra jsonb not null default '{}',
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (user_id),
        constraint research_preferences_research_depth_check
          check (research_depth in ('Basic', 'Standard', 'Comprehensive', 'Deep', 'Expert')),
        constraint research_preferences_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    this.addSql(`
      create table competitor_analyses (
        user_id text not null,
        position smallint not null,
        session_id uuid not null,
        url text null,
        details jsonb not null,
        created_at timestamptz not null,
        primary key (user_id, position),
        constraint competitor_analyses_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    this.addSql(`
      create table persona_data (
        user_id text not null,
        id uuid not null,
        session_id uuid not null,
        core_persona jsonb null,
        platform_personas jsonb null,
        quality_metrics jsonb null,
        selected_platforms jsonb null,
        extra jsonb not null default '{}',
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (user_id),
        constraint persona_data_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    this.addSql(`
      create table platform_integrations (
        user_id text not null,
        id uuid not null,
        session_id uuid not null,
        primary_website text null,
        website_platforms jsonb null,
        analytics_platforms jsonb null,
        social_platforms jsonb null,
        connected_platforms jsonb null,
        providers jsonb null,
        connected_accounts jsonb null,
        status text null,
        notes text null,
        extra jsonb not null default '{}',
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (user_id),
        constraint platform_integrations_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    this.addSql(`
      create table business_info (
        user_id text not null,
        id uuid not null,
        session_id uuid not null,
        business_description text not null,
        industry text null,
        target_audience text null,
        business_goals text null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (user_id),
        constraint business_info_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    this.addSql(`
      create table api_keys (
        user_id text not null,
        provider text not null,
        id uuid not null,
        session_id uuid not null,
        sealed_key bytea not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        primary key (user_id, provider),
        constraint api_keys_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    this.addSql(`
      create table progress_events (
        user_id text not null,
        revision bigint not null,
        session_id uuid not null,
        type text not null,
        step smallint null,
        data jsonb not null default '{}',
        actor text not null,
        occurred_at timestamptz not null,
        primary key (user_id, revision),
        constraint progress_events_step_check check (step >= 1 and step <= 6),
        constraint progress_events_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    this.addSql(`
      create table access_events (
        user_id text not null,
        id uuid not null,
        session_id uuid null,
        actor text not null,
        action text not null,
        subject text null,
        occurred_at timestamptz not null,
        primary key (user_id, id),
        constraint access_events_user_id_check check (user_id <> ''),
        constraint access_events_user_id_session_id_foreign
          foreign key (user_id, session_id) references onboarding_sessions (user_id, id) on update cascade on delete cascade
      )`);
    for (const table of TABLES) this.#closeToOtherUsers(table);
  }

  /** The role stays: it belongs to the server, and other databases on it may use it. */
  override down(): void {
    for (const table of TABLES.toReversed()) this.addSql(`drop table ${table}`);
  }

  /** Roles belong to the server: it may be there already, or be made by another database's migration at this very moment. */
  #createMaintenanceRole(): void {
    this.addSql(`
      do $$ begin
        if not exists (select from pg_roles where rolname = 'onboarding_maintenance') then
          create role onboarding_maintenance nologin;
        end if;
      exception when duplicate_object or unique_violation then null;
      end $$`);
    // From PostgreSQL 16 on whoever creates a role is its member, but without its privileges: 'usage' asks for those.
    this.addSql(`
      do $$ begin
        if not pg_has_role(current_user, 'onboarding_maintenance', 'usage') then
          grant onboarding_maintenance to current_user;
        end if;
      end $$`);
  }

  #closeToOtherUsers(table: string): void {
    this.addSql(`alter table ${table} enable row level security`);
    this.addSql(`alter table ${table} force row level security`);
    this.addSql(`create policy maintenance on ${table} to onboarding_maintenance using (true) with check (true)`);
    this.addSql(`create policy ${table}_owner_policy on ${table} using (user_id = current_setting('app.user_id'))`);
  }
}
