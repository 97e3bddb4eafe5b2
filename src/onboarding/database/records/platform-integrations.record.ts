import type { JsonObject } from '../../../ground/problems/json.js';
import { DocumentRecord } from './document-record.js';
import { camelCase, viewDocument, type Mapping } from './posted-data.js';

/** Nested in `integrations` as the page posts them; the others stand next to it. */
const NESTED = [
  'primary_website',
  'website_platforms',
  'analytics_platforms',
  'social_platforms',
  'connected_platforms',
];
const TOP_LEVEL = ['providers', 'connected_accounts', 'status', 'notes'];

/** Step 5: the same keys at the top level or nested in `integrations`. */
const mapping: Mapping = {
  table: 'platform_integrations',
  columns: [...NESTED, ...TOP_LEVEL],
  kinds: {
    primary_website: 'text',
    website_platforms: 'document',
    analytics_platforms: 'document',
    social_platforms: 'document',
    connected_platforms: 'texts',
    providers: 'either',
    connected_accounts: 'either',
    status: 'text',
    notes: 'text',
  },
  nested: 'integrations',
  typed: {},
  neverExtra: [],
};

/** The row in the shape in which the page posts it, and flat. */
function viewIntegrations(row: JsonObject): JsonObject {
  const view = viewDocument(mapping, row);
  const nested = NESTED.filter((column) => view[column] !== null).map((column) => [camelCase(column), view[column]]);
  return {
    ...view,
    connectedAccounts: view['connected_accounts'],
    integrations: { ...(row['extra'] as JsonObject), ...Object.fromEntries(nested) },
  };
}

export const integrationsRecord = new DocumentRecord(mapping, viewIntegrations);
