import { randomBytes } from 'node:crypto';
import { sample } from '../test/support/data/samples.ts';
import type { Shape } from './load.ts';

export interface Operation {
  readonly name: string;
  /** What share of the floor's requests a second the service is to reach. */
  readonly atLeast: number;
  /** What it would be good to reach. */
  readonly aim: number;
  /** New ones for each measurement. */
  readonly shapes: () => readonly Shape[];
}

/** Of the load, unless told otherwise. */
export const CONNECTIONS = 32;

const PREFIX = '/api/onboarding';

const get = (path: string) => (): readonly Shape[] => [{ method: 'GET', path: PREFIX + path }];

const step2: Shape = { method: 'POST', path: `${PREFIX}/step/2/complete`, body: JSON.stringify(sample(2)) };

/** A key that nobody has saved yet: one that is stored already is not saved again. */
function newKey(): Shape {
  const api_key = `AIza${randomBytes(18).toString('hex').slice(0, 35)}`;
  return { method: 'POST', path: `${PREFIX}/api-keys`, body: JSON.stringify({ provider: 'gemini', api_key }) };
}

export const OPERATIONS: readonly Operation[] = [
  { name: 'status', atLeast: 0.8, aim: 0.9, shapes: get('/status') },
  { name: 'progress', atLeast: 0.7, aim: 0.8, shapes: get('/progress') },
  { name: 'step-2', atLeast: 0.7, aim: 0.8, shapes: get('/step/2') },
  { name: 'init', atLeast: 0.7, aim: 0.8, shapes: get('/init') },
  { name: 'ai-inputs', atLeast: 0.65, aim: 0.75, shapes: get('/ai-inputs') },
  { name: 'step-2-complete', atLeast: 0.6, aim: 0.7, shapes: () => [step2] },
  // Each user posts two keys in turn.
  { name: 'api-keys', atLeast: 0.6, aim: 0.7, shapes: () => [newKey(), newKey()] },
];
