import type { JsonObject } from '../../../ground/problems/json.js';
import { camelCase, viewDocument, type Mapping } from './posted-data.js';

/** Nested in `integrations` as the page posts them; the others stand beside it. */
const NESTED = [
  'primary_website',
  'website_platforms',
  'analytics_platforms',
  'social_platforms',
  'connected_platforms',
];
const BESIDE = ['providers', 'connected_accounts', 'status', 'notes'];

/** Step 5: the same keys at the top level or nested in `integrations`. */
export const integrationsMapping: Mapping = {
  name: 'platform_integrations',
  columns: [...NESTED, ...BESIDE],
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
  known: {},
  elsewhere: [],
};

/** The row in the shape in which the page posts it, and flat. */
export function viewIntegrations(row: JsonObject): JsonObject {
  const view = viewDocument(integrationsMapping, row);
  const nested = NESTED.filter((column) => view[column] !== null).map((column) => [camelCase(column), view[column]]);
  return {
    ...view,
    connectedAccounts: view['connected_accounts'],
    integrations: { ...(row['extra'] as JsonObject), ...Object.fromEntries(nested) },
  };
}
