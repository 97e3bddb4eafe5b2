import { expect } from '@jest/globals';
import type { Answer } from './client.js';

/** Holds that a request was done. */
export async function done(request: Promise<Answer>): Promise<Answer> {
  const answer = await request;
  expect([answer.status, answer.body?.detail]).toEqual([200, undefined]);
  return answer;
}
