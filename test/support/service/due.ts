import { expect } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import type { Client } from './client.js';
import { done } from './done.js';

export const LISTS = [
  'currently_due',
  'eventually_due',
  'past_due',
  'pending_verification',
  'errors',
  'recommended',
] as const;

export type List = (typeof LISTS)[number];

export interface Clear {
  readonly method: string;
  readonly path: string;
  readonly pointer: string | null;
}

export interface Item {
  readonly code: string;
  readonly step_key: string;
  readonly step_number: number | null;
  readonly pointer: string | null;
  readonly title: string;
  readonly detail: string;
  readonly since: string | null;
  readonly due_at: string | null;
  readonly clears: readonly Clear[];
  readonly alternatives: readonly string[];
}

/** `GET /requirements`. */
export type Due = Readonly<Record<List, readonly Item[]>> & {
  readonly flow: string;
  readonly position: string;
  readonly is_completed: boolean;
  readonly can_complete: boolean;
  readonly blocked_by: readonly string[];
  readonly deadline: string | null;
};

export async function dueOf(user: Client, headers: Record<string, string> = {}): Promise<Due> {
  const { body } = await done(user.get('/requirements', headers));
  return body as Due;
}

/** Every item with its list. */
export function itemsOf(due: Due): readonly (Item & { readonly list: List })[] {
  return LISTS.flatMap((list) => due[list].map((item) => ({ ...item, list })));
}

/** Codes by list; lists without any are left out. */
export function codesOf(due: Due): Partial<Record<List, readonly string[]>> {
  const filled = LISTS.filter((list) => due[list].length > 0);
  return Object.fromEntries(filled.map((list) => [list, due[list].map(({ code }) => code)]));
}

/**
 * Sends the request that clears an item. At its pointer the body has the value; the rest of a step's data is what `GET /step/{n}`
 * shows, as a page that was opened has it, unless the value is to be sent alone.
 */
export async function follow(
  user: Client,
  { method, path, pointer }: Clear,
  value?: unknown,
  { headers = {}, alone = false }: { readonly headers?: Record<string, string>; readonly alone?: boolean } = {},
): Promise<void> {
  const [, step] = /^(.*\/step\/\d+)\/complete$/.exec(path) ?? [];
  const from =
    step && pointer !== null && !alone ? { data: (await done(user.get(`/${step}`, headers))).body.data ?? {} } : {};
  const body = pointer === null ? undefined : JSON.stringify(withValueAt(from, pointer, value));
  const { status, text } = await user.send(method, `/${path}`, body, headers);
  expect([method, path, pointer, status, status === 200 ? '' : text]).toEqual([method, path, pointer, 200, '']);
}

/** The document with a value at an RFC 6901 pointer; objects on the way are made. A pointer to the root adds the value's keys. */
function withValueAt(document: JsonObject, pointer: string, value: unknown): JsonObject {
  if (pointer === '/data')
    return { ...document, data: { ...(document['data'] as JsonObject), ...(value as JsonObject) } };
  const keys = pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const copy = structuredClone(document);
  const last = keys.pop() as string;
  const parent = keys.reduce((at, key) => (at[key] ??= {}) as JsonObject, copy);
  // A key of a provider is posted with the provider's name, which is no part of the value.
  if (pointer === '/api_key') Object.assign(parent, value);
  else parent[last] = value;
  return copy;
}
