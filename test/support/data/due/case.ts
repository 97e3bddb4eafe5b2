import type { TestDatabase } from '../../database/database.js';
import type { JsonObject } from '../../../../src/ground/problems/json.js';
import type { Client } from '../../service/client.js';
import type { List } from '../../service/due.js';
import { post, WEBSITE } from './states.js';

/** Since when an item is so: the start, the last change of a document, a save of a key, or a time after such a change. */
export type Since = 'start' | 'key' | 'asked' | 'demanded' | { readonly table: string; readonly plusDays?: number };

/** A state in which a code appears, and what each of its `clears` is followed with. */
export interface DueCase {
  readonly code: string;
  /** Which of the code's states it is, where there are several. */
  readonly when?: string;
  readonly deployment?: 'with a key';
  readonly providers?: 'accept' | 'refuse';
  readonly reach: (user: Client, database: TestDatabase, userId: string) => Promise<unknown>;
  readonly list: List;
  readonly step: readonly [key: string, number: number];
  readonly pointer?: string;
  readonly since: Since;
  readonly alternatives?: readonly string[];
  /** Whether the value is sent without the rest of the step's data. */
  readonly alone?: boolean;
  /** Method and path below the prefix, pointer, and the value to send. */
  readonly clears: readonly (readonly [request: string, pointer: string | null, value?: unknown])[];
}

export const API_KEYS = ['api_keys', 1] as const;
export const SITE = ['website', 2] as const;
export const RESEARCH = ['research', 3] as const;
export const PERSONALIZATION = ['personalization', 4] as const;
export const INTEGRATIONS = ['integrations', 5] as const;

export const completing = (step: number) => `POST step/${step}/complete`;

export const since = (table: string) => ({ table });

export const website =
  (data: JsonObject = {}) =>
  (user: Client) =>
    post(user, 2, { ...WEBSITE, ...data });
