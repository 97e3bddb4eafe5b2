import { expect } from '@jest/globals';
import { Problem } from '../../../src/ground/problems/problem.js';
import type { Answer } from './client.js';

/** Holds that an answer is a problem of that status as the client expects it: RFC 9457, with a sentence to show. */
export function expectProblem(answer: Answer, status: number, hint?: unknown): void {
  const { body, headers } = answer;
  expect([hint, answer.status, body]).toEqual([
    hint,
    status,
    expect.objectContaining({
      type: 'about:blank',
      title: expect.any(String),
      status,
      detail: expect.stringMatching(/\S/),
    }),
  ]);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
}

/** Whether work in the process is done, and not refused as a 400. */
export async function wasDone(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 400) return false;
    throw error;
  }
}
