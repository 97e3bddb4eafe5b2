import { Migration } from '@mikro-orm/migrations';

const DOCUMENTS = ['website_analyses', 'research_preferences', 'persona_data', 'platform_integrations'];

/**
 * The session knows how much its user has stored, and does not let it grow beyond its limits. Those who are beyond them already keep
 * what they have, and may only save less.
 */
export class Migration20261126DocumentSizes extends Migration {
  override readonly name = 'Migration20261126DocumentSizes';

  override up(): void {
    // A constant default rewrites nothing.
    this.addSql(`
      alter table onboarding_sessions
        add column document_sizes jsonb not null default '{}',
        add column document_bytes int not null default 0,
        add column document_items int not null default 0`);
    // Every document is read once: longer than a statement may take otherwise.
    this.addSql('set local statement_timeout = 0');
    const document = `to_jsonb(d) - '{user_id,id,session_id,created_at,updated_at}'::text[]`;
    const sizes = DOCUMENTS.map(
      (table) => `'${table}', (select octet_length((${document})::text) from ${table} d where d.user_id = s.user_id)`,
    );
    const competitors = `(select sum(octet_length(c.details::text)) from competitor_analyses c where c.user_id = s.user_id)`;
    this.addSql(`
      update onboarding_sessions s
      set document_sizes = jsonb_strip_nulls(
        jsonb_build_object(${sizes.join(', ')}, 'competitor_analyses', ${competitors}))`);
    // No value takes less than two bytes of the text: what may be more is counted at the next save.
    this.addSql(`
      update onboarding_sessions
      set document_bytes = least(total, 10485760), document_items = least(total / 2, 30000)
      from (select user_id as owner, (select sum(value::bigint) from jsonb_each_text(document_sizes)) as total
            from onboarding_sessions) totals
      where owner = user_id and total > 0`);
    this.addSql(`
      alter table onboarding_sessions
        add constraint onboarding_sessions_document_bytes_check check (document_bytes <= 10485760),
        add constraint onboarding_sessions_document_items_check check (document_items <= 30000)`);
  }

  override down(): void {
    this.addSql(`
      alter table onboarding_sessions
        drop column document_sizes, drop column document_bytes, drop column document_items`);
  }
}
