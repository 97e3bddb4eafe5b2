import { expect } from '@jest/globals';
import type { Client } from '../service/client.js';

/** What users read of themselves, without ids in the path. */
const PATHS = [
  '/init',
  '/status',
  '/progress',
  ...[1, 2, 3, 4, 5, 6].map((number) => `/step/${number}`),
  '/requirements',
  '/resume',
  '/api-keys',
  '/validation/enhanced',
  '/website-analysis',
  '/research-preferences',
  '/competitor-analysis',
  '/style-detection/session-analyses',
  '/step4/persona-latest',
  '/ai-inputs',
  '/summary',
  '/history',
  '/history/1',
];

/** Reads everything of a user: each answer is as the API's document describes it, and none is a failure of the service. */
export async function readEverything(client: Client): Promise<void> {
  for (const path of PATHS) {
    const { status, text } = await client.get(path);
    if (status !== 404) expect([path, status, status === 200 ? '' : text]).toEqual([path, 200, '']);
  }
}
