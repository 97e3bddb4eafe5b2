import { isJsonObject } from '../../ground/problems/json.js';
import type { Place } from '../database/records/progress-events.record.js';
import { NoMessage } from './live.problems.js';
import { placeFrom } from './places.js';

/** What a client says through a socket. */
export type ClientMessage =
  { readonly type: 'authenticate'; readonly token: string } | { readonly type: 'resume'; readonly after: Place };

/** @param data the text of a frame; null: its bytes are none. @throws NoMessage that names the field */
export function readMessage(data: string | null): ClientMessage {
  const message = parse(data);
  switch (message['type']) {
    case 'authenticate': {
      const { token } = message;
      if (typeof token !== 'string') throw refuse('token', 'token must be a text.');
      return { type: 'authenticate', token };
    }
    case 'resume': {
      const { after } = message;
      const place = typeof after === 'string' ? placeFrom(after) : null;
      if (!place) throw refuse('after', 'after must be a position, such as the one of a message.');
      return { type: 'resume', after: place };
    }
    default:
      throw refuse('type', 'type must be authenticate or resume.');
  }
}

function parse(data: string | null) {
  if (data === null) throw new NoMessage('A message must be a text of JSON.');
  try {
    const message: unknown = JSON.parse(data);
    if (isJsonObject(message)) return message;
  } catch {
    throw new NoMessage('A message must be a text of JSON.');
  }
  throw new NoMessage('A message must be a JSON object.');
}

const refuse = (field: string, detail: string) => new NoMessage(detail, [{ pointer: `/${field}`, detail }]);
