import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../ground/auth/user.js';
import { InvalidInput } from '../../ground/problems/problem.js';
import type { Place } from '../database/records/progress-events.record.js';
import type { Terms } from '../flow/terms.js';
import { EventStream, writeStreamHead } from './event-stream.js';
import { LiveConnections } from './live-connections.js';
import { placeFrom, placeOf } from './places.js';
import { ProgressFeed } from './progress-feed.js';

/** The door for server-sent events. */
@Injectable()
export class EventStreams {
  constructor(
    private readonly connections: LiveConnections,
    private readonly feed: ProgressFeed,
  ) {}

  /** @throws InvalidInput for a text that is no position; Stopping; TooManyConnections; TooManyOfOneUser; DatabaseUnavailable */
  async open(caller: Caller, terms: Terms, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const place = placeIn(request);
    const refusal = this.connections.refusal(false);
    if (refusal) throw refusal;
    if (request.method === 'HEAD') writeStreamHead(reply).end();
    else await new EventStream(reply, { id: request.id, caller, place, terms }, this.connections, this.feed).open();
  }
}

/** Where a client goes on: browsers name the last event that they got themselves. */
function placeIn({ headers, query }: FastifyRequest): Place | null {
  const last = headers['last-event-id'];
  if (last === undefined || last === '') return placeOf(query as Readonly<Record<string, unknown>>);
  const place = typeof last === 'string' ? placeFrom(last) : null;
  if (place) return place;
  throw InvalidInput.of([
    { pointer: '/Last-Event-ID', detail: 'Last-Event-ID must be a position, as events have it.' },
  ]);
}
