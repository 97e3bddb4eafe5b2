import { createHash } from 'node:crypto';
import { DOCUMENTS, marksIn, NOTHING } from './marks.js';
import type { Operation } from './operation.js';

/** Operations of a user that a document's versions outlast: fewer than are kept of it. */
const STILL_KEPT = 10;

/** Back to the revision that the user has looked at last: its documents are known to the letter. */
function restore(what: 'all' | 'data', weight: number, only?: 'integrations'): Operation {
  const documents = only ? [only] : DOCUMENTS;
  return {
    name: only ? `restore ${only}` : `restore ${what}`,
    weight,
    expects: [200],
    isPossible: ({ earlier, count }) => earlier !== null && count - earlier.number < STILL_KEPT,
    request: ({ earlier }) => ({
      method: 'POST',
      path: '/restore',
      body: { revision: earlier?.revision, what, ...(only ? { steps: [only] } : {}) },
    }),
    writes: {
      values: ({ earlier }) =>
        Object.fromEntries(documents.map((document) => [document, earlier?.values[document] ?? NOTHING])),
      event: ({ earlier }) => `onboarding_restored ${what} ${earlier?.revision}`,
      ...(what === 'all' ? { lowers: true } : {}),
    },
    showsPast: ({ restored, changes }) => {
      const side = (name: 'from' | 'to') =>
        marksIn(JSON.stringify(changes.map((change: Record<string, unknown>) => change[name]))).numbers;
      const isChange = restored.progress || restored.documents.length > 0;
      return { restored: { isChange, from: side('from'), to: side('to') } };
    },
  };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the steps in the body of an answer
export const statusesOf = (steps: any[]): readonly string[] => steps.map(({ status }) => status);

const revisionOf = (position: string): number => Number.parseInt(position, 10);

/** Looks at earlier revisions, and the ways back to them. */
export const PAST_OPERATIONS: readonly Operation[] = [
  {
    name: 'read history',
    weight: 3,
    expects: [200],
    request: () => ({ method: 'GET', path: '/history?limit=10' }),
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the body of an answer, whose shape other tests hold
    showsPast: ({ items }: { items: any[] }) => ({
      items: items.map(({ position, type, progress }) => ({
        revision: revisionOf(position),
        type,
        percentage: progress.completion_percentage,
      })),
    }),
  },
  {
    name: 'read an earlier revision',
    weight: 6,
    expects: [200],
    isPossible: ({ revision }) => revision > 0,
    request: ({ revision }, number) => ({ method: 'GET', path: `/history/${Math.max(1, revision - (number % 5))}` }),
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the body of an answer, whose shape other tests hold
    showsPast: ({ position, progress, documents }: any) => ({
      earlier: {
        revision: revisionOf(position),
        percentage: progress.completion_percentage,
        statuses: statusesOf(progress.steps),
        isWhole: Object.values<{ available: boolean }>(documents).every(({ available }) => available),
        numbers: marksIn(JSON.stringify(documents)).numbers,
        digest: createHash('sha256').update(JSON.stringify(documents)).digest('base64'),
      },
    }),
  },
  restore('all', 5),
  restore('data', 5),
  restore('data', 3, 'integrations'),
];
