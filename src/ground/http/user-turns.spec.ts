import { describe, expect, it } from '@jest/globals';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TooManyAtOnce, UserTurns } from './user-turns.js';

const LONG = 60_000;

/** A request of a user: its state, and a way to end it. */
class Request {
  readonly response = new ServerResponse(new IncomingMessage(new Socket()));
  outcome: 'waits' | 'works' | 'refused' = 'waits';

  constructor(turns: UserTurns, userId: string, weight = 1) {
    turns.take(userId, weight, this.response, (error) => {
      this.outcome = error instanceof TooManyAtOnce ? 'refused' : 'works';
    });
  }

  end(): void {
    this.response.emit('close');
  }
}

const many = (count: number, turns: UserTurns, userId: string, weight = 1) =>
  Array.from({ length: count }, () => new Request(turns, userId, weight));
const count = (requests: readonly Request[], outcome: Request['outcome']) =>
  requests.filter((request) => request.outcome === outcome).length;

describe('the turns of users', () => {
  it('let 16 requests of each user run and 200 wait, and refuse more', () => {
    const turns = new UserTurns(LONG);
    const alice = many(220, turns, 'alice');
    const bob = many(16, turns, 'bob');
    expect([count(alice, 'works'), count(alice, 'waits'), count(alice, 'refused')]).toEqual([16, 200, 4]);
    expect(count(bob, 'works')).toBe(16);
    for (const request of alice) request.end();
    expect(count(alice, 'works')).toBe(216);
  });

  it('come in order', () => {
    const turns = new UserTurns(LONG);
    const requests = many(40, turns, 'alice');
    requests[7]?.end();
    expect(requests.findIndex(({ outcome }) => outcome === 'waits')).toBe(17);
    requests[3]?.end();
    requests[16]?.end();
    expect(requests.findIndex(({ outcome }) => outcome === 'waits')).toBe(19);
  });

  it('let two large requests run at the same time, and nothing overtakes one that waits', () => {
    const turns = new UserTurns(LONG);
    const [first, second, third] = many(3, turns, 'alice', 8);
    const small = new Request(turns, 'alice');
    expect([first, second, third, small].map((request) => request?.outcome)).toEqual([
      'works',
      'works',
      'waits',
      'waits',
    ]);
    first?.end();
    expect([third?.outcome, small.outcome]).toEqual(['works', 'waits']);
    second?.end();
    expect(small.outcome).toBe('works');
  });

  it('are not kept for callers who have gone', () => {
    const turns = new UserTurns(LONG);
    const requests = many(18, turns, 'alice');
    requests[16]?.end();
    requests[0]?.end();
    expect([requests[16]?.outcome, requests[17]?.outcome]).toEqual(['waits', 'works']);
  });

  it('are waited for only until the time-out', async () => {
    const turns = new UserTurns(1);
    const requests = many(17, turns, 'alice');
    await delay(50);
    expect(requests[16]?.outcome).toBe('refused');
    for (const request of requests) request.end();
    expect(new Request(turns, 'alice').outcome).toBe('works');
  });
});
