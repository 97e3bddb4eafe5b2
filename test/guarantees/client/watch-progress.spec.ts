import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  watchProgress,
  type ProgressWatch,
  type WatchError,
  type WatchOptions,
} from '../../../client/onboarding-client.js';
import { eventually, within } from '../../support/process/deadline.js';
import { at, beat, event, live, LiveServer, snapshot, statusView } from '../../support/servers/live-server.js';

/** Time stands still in these tests but for what they advance; the network and the waits of the tests go on. */
const REAL = ['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'performance', 'hrtime'] as const;

/** A token that expires in so many seconds; the clients read no more of it. */
function tokenFor(name: string, seconds: number): string {
  const payload = Buffer.from(JSON.stringify({ sub: `${name} ☃`, exp: Date.now() / 1000 + seconds })).toString(
    'base64url',
  );
  return `${name}.${payload}.signature`;
}

describe.each(['websocket', 'events'] as const)('watchProgress over %s', (transport) => {
  let server: LiveServer;
  let user: AbortController;
  /** What the watch has called, in order. */
  let calls: unknown[];
  let errors: WatchError[];

  beforeEach(async () => {
    server = await LiveServer.start();
    user = new AbortController();
    calls = [];
    errors = [];
    jest.useFakeTimers({ doNotFake: [...REAL] });
    // The middle of each span of random waits: 2.5 s at first.
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterEach(async () => {
    user.abort();
    jest.useRealTimers();
    jest.restoreAllMocks();
    await server.stop();
  });

  function watch(more: Partial<WatchOptions> = {}): ProgressWatch {
    return watchProgress({
      url: `${server.url}/`,
      transport,
      token: () => Promise.resolve('token'),
      onSnapshot: ({ position }) => calls.push(`snapshot ${position}`),
      onEvent: ({ position }) => calls.push(`event ${position}`),
      onStatus: (_status, position) => calls.push(`status ${position}`),
      onConnection: (state) => calls.push(state),
      onError: (error) => errors.push(error),
      signal: user.signal,
      ...more,
    });
  }

  const becomes = (watched: ProgressWatch, state: string) => eventually(state, () => watched.state === state);
  const called = (call: string) => eventually(`${call} is called`, () => calls.includes(call));

  it('sends the token where nobody logs it, and calls handlers in order', async () => {
    const watched = watch();
    const client = await server.client(0);
    expect([watched.state, watched.position]).toEqual(['connecting', undefined]);
    expect(client.url).toBe(`/api/onboarding/${transport === 'events' ? 'events' : 'live'}`);
    expect(client.tokens).toEqual(['token']);
    client.send(snapshot(3), live(3), event(4), event(5), { type: 'status', position: at(5), status: statusView });
    await called(`status ${at(5)}`);
    expect(calls).toEqual([
      `snapshot ${at(3)}`,
      `status ${at(3)}`,
      'live',
      `event ${at(4)}`,
      `event ${at(5)}`,
      `status ${at(5)}`,
    ]);
    expect(watched.position).toBe(at(5));
  });

  it('hands over whole messages', async () => {
    const onSnapshot = jest.fn();
    const onEvent = jest.fn();
    const onStatus = jest.fn();
    watch({ onSnapshot, onEvent, onStatus });
    (await server.client(0)).send(snapshot(3), live(3), event(4));
    await eventually('all are called', () => onEvent.mock.calls.length > 0);
    expect(onSnapshot).toHaveBeenCalledWith(snapshot(3));
    expect(onStatus).toHaveBeenCalledWith(statusView, at(3));
    expect(onEvent).toHaveBeenCalledWith(event(4));
  });

  it.each([at(7), `"${at(7)}"`, `W/"${at(7)}"`, '0', '"0"'])('starts after %s', async (after) => {
    const watched = watch({ after, flow: 'five' });
    const { url } = await server.client(0);
    const position = after.includes(at(7)) ? at(7) : '0';
    expect([...new URL(url, server.url).searchParams]).toEqual([
      ['after', position],
      ['flow', 'five'],
    ]);
    expect(watched.position).toBe(position);
  });

  it.each(['', '7', '7.', `-1.${at(7)}`, 'yesterday', `${at(7)},${at(8)}`])(
    'throws for `%s` as a position',
    (after) => {
      expect(() => watch({ after })).toThrow(TypeError);
      expect(() => watch({ after })).toThrow(`Not a position, nor the ETag of one: ${after}`);
    },
  );

  it('throws for an address that is none', () => {
    expect(() => watch({ url: 'onboarding.example.com' })).toThrow('Invalid URL');
  });

  it('goes on after what it has handed over, and hands over nothing twice', async () => {
    const watched = watch({ after: at(1) });
    const first = await server.client(0);
    first.send(event(2), event(3), live(3));
    await becomes(watched, 'live');
    first.cut();
    await becomes(watched, 'waiting');
    jest.advanceTimersByTime(2_500);
    const second = await server.client(1);
    expect(new URL(second.url, server.url).searchParams.get('after')).toBe(at(3));
    second.send(event(2), event(3), event(4), live(4));
    await becomes(watched, 'live');
    expect(calls.filter((call) => String(call).startsWith('event'))).toEqual([2, 3, 4].map((n) => `event ${at(n)}`));
  });

  it('ignores what it does not know', async () => {
    const watched = watch();
    const client = await server.client(0);
    client.send({ type: 'weather', position: at(9) });
    for (const text of ['', 'null', '7', '{"type":7}', '{"type"', 'hello']) client.sendText(text);
    client.send(snapshot(1), live(1));
    await becomes(watched, 'live');
    expect(calls).toEqual([`snapshot ${at(1)}`, `status ${at(1)}`, 'live']);
  });

  it('waits a random time that grows to 30 s, and is short again once a connection has worked', async () => {
    const watched = watch();
    let number = 0;
    const lose = async (wait: number) => {
      (await server.client(number++)).cut();
      await becomes(watched, 'waiting');
      jest.advanceTimersByTime(wait - 1);
      await turn();
      expect(watched.state).toBe('waiting');
      jest.advanceTimersByTime(1);
      await becomes(watched, 'connecting');
    };
    for (const wait of [2_500, 5_000, 10_000, 15_000, 15_000]) await lose(wait);
    const beLive = async (ms: number) => {
      (await server.client(number)).send(snapshot(1), live(1));
      await becomes(watched, 'live');
      jest.advanceTimersByTime(ms);
    };
    await beLive(9_999);
    await lose(15_000);
    await beLive(10_000);
    await lose(2_500);
  });

  it('waits at least as long as the service says', async () => {
    const watched = watch();
    (await server.client(0)).end(503, { retry_ms: 40_000 });
    await becomes(watched, 'waiting');
    jest.advanceTimersByTime(39_999);
    await turn();
    expect(watched.state).toBe('waiting');
    jest.advanceTimersByTime(1);
    await server.client(1);
    expect(errors).toEqual([]);
  });

  it('waits long where the user has too many connections', async () => {
    const watched = watch();
    (await server.client(0)).end(429);
    await becomes(watched, 'waiting');
    jest.advanceTimersByTime(59_999);
    await turn();
    expect(watched.state).toBe('waiting');
    jest.advanceTimersByTime(1);
    await server.client(1);
  });

  it('gives up a connection that is silent for 60 s, and none that has a beat', async () => {
    const watched = watch();
    const client = await server.client(0);
    client.send(snapshot(1), live(1));
    await becomes(watched, 'live');
    for (let minutes = 0; minutes < 3; minutes++) {
      jest.advanceTimersByTime(59_000);
      client.send(beat(1), event(minutes + 2));
      await called(`event ${at(minutes + 2)}`);
    }
    jest.advanceTimersByTime(59_999);
    await turn();
    expect(watched.state).toBe('live');
    jest.advanceTimersByTime(1);
    await becomes(watched, 'waiting');
    await eventually('the service sees it go', () => !client.isOpen);
  });

  it('asks once for a fresh token where the service refuses one', async () => {
    const tokens = ['old', 'fresh', 'later'];
    const watched = watch({ token: () => Promise.resolve(tokens.shift() ?? 'later') });
    (await server.client(0)).end(401);
    const second = await server.client(1);
    expect(second.tokens).toEqual(['fresh']);
    second.send(snapshot(1), live(1));
    await becomes(watched, 'live');
    // After a connection that was live, it may ask again.
    second.end(401);
    const third = await server.client(2);
    third.send(live(1));
    await becomes(watched, 'live');
    third.end(401);
    await within('the end', watched.closed);
    expect([watched.state, calls.at(-1)]).toEqual(['signed-out', 'signed-out']);
    expect([server.clients.length, errors]).toEqual([3, []]);
  });

  it('is signed out where the fresh token is refused as well', async () => {
    let count = 0;
    const watched = watch({ token: () => Promise.resolve(`token ${++count}`) });
    (await server.client(0)).end(401);
    (await server.client(1)).end(401);
    await within('the end', watched.closed);
    expect([watched.state, count]).toEqual(['signed-out', 2]);
  });

  it.each([400, 403])('stops at %s, with the problem', async (status) => {
    const watched = watch();
    (await server.client(0)).end(status);
    await within('the end', watched.closed);
    expect([watched.state, calls]).toEqual(['stopped', ['stopped']]);
    expect(errors).toEqual([expect.objectContaining({ name: 'WatchError', message: `It is ${status}.` })]);
    expect(errors[0]?.problem).toMatchObject({ status, title: 'Scripted' });
  });

  it('asks again for a token that it did not get, later and later', async () => {
    let count = 0;
    const token = () => (++count < 3 ? Promise.reject(new Error(`offline ${count}`)) : Promise.resolve('token'));
    const watched = watch({ token });
    await becomes(watched, 'waiting');
    expect(errors.map(({ cause }) => cause)).toEqual([new Error('offline 1')]);
    jest.advanceTimersByTime(2_500);
    await eventually('it has asked again', () => errors.length === 2);
    await becomes(watched, 'waiting');
    jest.advanceTimersByTime(5_000);
    expect((await server.client(0)).tokens).toEqual(['token']);
  });

  it('has one call of `token` under way at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    let count = 0;
    const watched = watch({ token: () => (++count === 1 ? Promise.resolve(tokenFor('first', 100)) : promise) });
    const first = await server.client(0);
    first.send(snapshot(1), live(1));
    await becomes(watched, 'live');
    jest.advanceTimersByTime(50_000);
    first.send(event(2));
    await called(`event ${at(2)}`);
    jest.advanceTimersByTime(40_000);
    await eventually('the renewal asks', () => count === 2);
    first.cut();
    await becomes(watched, 'waiting');
    jest.advanceTimersByTime(2_500);
    await becomes(watched, 'connecting');
    await turn();
    resolve('second');
    expect([(await server.client(1)).tokens, count]).toEqual([['second'], 2]);
  });

  it('takes an exception of `token` as a token that it did not get', async () => {
    const watched = watch({
      token: () => {
        throw new Error('too early');
      },
    });
    await becomes(watched, 'waiting');
    expect(errors[0]?.cause).toEqual(new Error('too early'));
  });

  it('renews a token 30 s before it expires', async () => {
    let count = 0;
    const watched = watch({ token: () => Promise.resolve(tokenFor(`${++count}`, 3600)) });
    const first = await server.client(0);
    first.send(snapshot(1), live(1));
    await becomes(watched, 'live');
    for (let seconds = 10; seconds < 3570; seconds += 10) {
      if (seconds % 50 === 0) {
        first.send(event(seconds));
        await called(`event ${at(seconds)}`);
      }
      jest.advanceTimersByTime(10_000);
    }
    expect(count).toBe(1);
    jest.advanceTimersByTime(10_000);
    if (transport === 'websocket') {
      await eventually('the second token is sent', () => first.tokens.length === 2);
      expect([first.isOpen, watched.state, server.clients.length]).toEqual([true, 'live', 1]);
    } else {
      const second = await server.client(1);
      expect([second.tokens[0], second.headers['last-event-id']]).toEqual([expect.stringMatching(/^2\./), at(3550)]);
      second.send(live(3550));
      await becomes(watched, 'live');
    }
    expect(count).toBe(2);
  });

  it('renews a token of a short life when a tenth of it is left, and asks again while it gets none or the same', async () => {
    const [old, fresh] = [tokenFor('old', 100), tokenFor('fresh', 1000)];
    let count = 0;
    const token = () => {
      count++;
      if (count === 2) return Promise.reject(new Error('offline'));
      return Promise.resolve(count <= 3 ? old : fresh);
    };
    const watched = watch({ token });
    const first = await server.client(0);
    first.send(snapshot(1), live(1));
    await becomes(watched, 'live');
    jest.advanceTimersByTime(50_000);
    first.send(event(2));
    await called(`event ${at(2)}`);
    jest.advanceTimersByTime(39_999);
    expect(count).toBe(1);
    jest.advanceTimersByTime(1);
    await eventually('it has no token', () => errors.length === 1);
    jest.advanceTimersByTime(2_500);
    await eventually('it has the same', () => count === 3);
    await turn();
    // A tenth of the 7.5 s that are left.
    jest.advanceTimersByTime(6_750);
    await eventually('it has another', () => count === 4);
    const sent = () => server.clients.flatMap(({ tokens }) => tokens);
    await eventually('the fresh one is sent', () => sent().length === 2);
    expect(sent()).toEqual([old, fresh]);
  });

  it.each(['opaque', 'a.b.c', tokenFor('expired', -5)])('leaves the end of %s to the service', async (token) => {
    let count = 0;
    const watched = watch({ token: () => Promise.resolve((count++, token)) });
    const client = await server.client(0);
    client.send(snapshot(1), live(1));
    await becomes(watched, 'live');
    jest.advanceTimersByTime(59_000);
    client.send(event(2));
    await called(`event ${at(2)}`);
    expect([count, client.tokens.length]).toEqual([1, 1]);
  });

  it('goes on where a handler throws, and reports what it has thrown', async () => {
    const reported: unknown[] = [];
    const page = globalThis as { reportError?: (error: unknown) => void };
    page.reportError = (error) => reported.push(error);
    try {
      const fail = (name: string) => () => {
        calls.push(name);
        throw new Error(name);
      };
      const watched = watch({
        onSnapshot: fail('snapshot'),
        onEvent: fail('event'),
        onStatus: fail('status'),
        onConnection: fail('connection'),
        onError: fail('error'),
      });
      const client = await server.client(0);
      client.send(snapshot(1), live(1), event(2));
      await called('event');
      expect([watched.state, watched.position]).toEqual(['live', at(2)]);
      client.end(403);
      await within('the end', watched.closed);
      const names = ['snapshot', 'status', 'connection', 'event', 'connection', 'error'];
      expect(calls).toEqual(names);
      expect(reported).toEqual(names.map((name) => new Error(name)));
    } finally {
      delete page.reportError;
    }
  });

  describe('after the abort calls nothing and holds nothing', () => {
    /** Aborts, and looks for calls until all that was under way has come to its end. */
    async function abort(watched: ProgressWatch): Promise<void> {
      const before = calls.length;
      user.abort();
      await within('the end', watched.closed);
      expect([watched.state, jest.getTimerCount()]).toEqual(['stopped', 0]);
      await eventually('the service sees it go', () => server.clients.every(({ isOpen }) => !isOpen));
      jest.advanceTimersByTime(100_000);
      expect(calls.slice(before)).toEqual([]);
      expect(errors).toEqual([]);
    }

    it('while it is live', async () => {
      const watched = watch({ token: () => Promise.resolve(tokenFor('token', 3600)) });
      (await server.client(0)).send(snapshot(1), live(1));
      await becomes(watched, 'live');
      (await server.client(0)).send(event(2));
      await abort(watched);
    });

    it('while it connects', async () => {
      const watched = watch();
      await abort(watched);
    });

    it('while it waits for the first message', async () => {
      const watched = watch();
      await server.client(0);
      await abort(watched);
    });

    it('while it waits for the next attempt', async () => {
      const watched = watch();
      (await server.client(0)).cut();
      await becomes(watched, 'waiting');
      await abort(watched);
      expect(server.clients).toHaveLength(1);
    });

    it('while it asks for a token', async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const watched = watch({ token: () => promise });
      await abort(watched);
      resolve('late');
      await turn();
      const second = watchProgress({
        ...noHandlers,
        url: server.url,
        transport,
        token: () => promise,
        signal: user.signal,
      });
      await within('the end', second.closed);
      expect([watched.state, second.state, server.clients.length, calls]).toEqual(['stopped', 'stopped', 0, []]);
    });

    it('in a handler, with more messages in the same piece', async () => {
      const watched = watch({
        onEvent: ({ position }) => {
          calls.push(position);
          user.abort();
        },
      });
      (await server.client(0)).send(snapshot(1), event(2), event(3), live(3));
      await within('the end', watched.closed);
      expect([calls, watched.position]).toEqual([[`snapshot ${at(1)}`, at(2)], at(2)]);
    });
  });
});

describe('watchProgress over events', () => {
  let server: LiveServer;
  let user: AbortController;

  beforeEach(async () => {
    server = await LiveServer.start();
    user = new AbortController();
    jest.useFakeTimers({ doNotFake: [...REAL] });
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterEach(async () => {
    user.abort();
    jest.useRealTimers();
    jest.restoreAllMocks();
    await server.stop();
  });

  const errors: WatchError[] = [];
  const watch = (token = () => Promise.resolve('token')) =>
    watchProgress({
      ...noHandlers,
      url: server.url,
      transport: 'events',
      token,
      onError: (error) => errors.push(error),
      signal: user.signal,
    });
  const answer = (status: number, headers: Record<string, string> = {}, body = `{"detail":"It is ${status}."}`) => {
    server.refusal = (response) => response.writeHead(status, headers).end(body);
  };

  it.each([400, 403, 404])('stops at an answer of %s, with the problem', async (status) => {
    errors.length = 0;
    answer(status);
    const watched = watch();
    await within('the end', watched.closed);
    expect([watched.state, errors.map(({ message }) => message)]).toEqual(['stopped', [`It is ${status}.`]]);
  });

  it('stops at an answer that says nothing about itself', async () => {
    errors.length = 0;
    answer(404, {}, 'Not here');
    await within('the end', watch().closed);
    expect(errors.map(({ message, problem }) => [message, problem])).toEqual([
      ['The service refuses: 404.', undefined],
    ]);
  });

  it('asks once for a fresh token at an answer of 401', async () => {
    answer(401);
    let count = 0;
    const watched = watch(() => Promise.resolve(`token ${++count}`));
    await within('the end', watched.closed);
    expect([watched.state, count]).toEqual(['signed-out', 2]);
  });

  it.each([
    [503, { 'retry-after': '7' }, 9_500],
    [503, {}, 2_500],
    [500, { 'retry-after': 'Fri, 27 Nov 2026 10:00:00 GMT' }, 2_500],
    [429, {}, 60_000],
    [200, { 'content-type': 'text/html' }, 2_500],
  ])('waits after an answer of %s with %j', async (status, headers, wait) => {
    answer(status, headers);
    const watched = watch();
    await eventually('it waits', () => watched.state === 'waiting');
    server.refusal = undefined;
    jest.advanceTimersByTime(wait - 1);
    await turn();
    expect(watched.state).toBe('waiting');
    jest.advanceTimersByTime(1);
    await server.client(0);
  });
});

describe('watchProgress in a page', () => {
  /** What a page tells its scripts; the tests in a browser show that it does. */
  const page = new EventTarget();
  const surroundings = globalThis as { addEventListener?: unknown; document?: unknown };
  let document: EventTarget & { visibilityState?: string };
  let server: LiveServer;
  let user: AbortController;
  let watched: ProgressWatch;

  beforeEach(async () => {
    document = new EventTarget();
    surroundings.addEventListener = page.addEventListener.bind(page);
    surroundings.document = document;
    server = await LiveServer.start();
    user = new AbortController();
    jest.useFakeTimers({ doNotFake: [...REAL] });
    const token = () => Promise.resolve('token');
    watched = watchProgress({ ...noHandlers, url: server.url, token, signal: user.signal });
  });
  afterEach(async () => {
    user.abort();
    delete surroundings.addEventListener;
    delete surroundings.document;
    jest.useRealTimers();
    await server.stop();
  });

  const wakes: Record<string, () => void> = {
    'comes online': () => page.dispatchEvent(new Event('online')),
    'is shown again': () => page.dispatchEvent(new Event('pageshow')),
    'becomes visible': () => {
      document.visibilityState = 'visible';
      document.dispatchEvent(new Event('visibilitychange'));
    },
  };

  it.each(Object.keys(wakes))('connects at once where it waits and the page %s', async (wake) => {
    (await server.client(0)).cut();
    await eventually('it waits', () => watched.state === 'waiting');
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    await turn();
    expect(watched.state).toBe('waiting');
    wakes[wake]?.();
    await server.client(1);
  });

  it.each(Object.keys(wakes))(
    'connects again where the connection is silent for over 30 s and the page %s',
    async (wake) => {
      const first = await server.client(0);
      first.send(snapshot(1), live(1));
      await eventually('it is live', () => watched.state === 'live');
      jest.advanceTimersByTime(30_000);
      wakes[wake]?.();
      await turn();
      expect(watched.state).toBe('live');
      jest.advanceTimersByTime(1);
      wakes[wake]?.();
      const second = await server.client(1);
      expect(second.url).toContain(at(1));
      await eventually('the first is closed', () => !first.isOpen);
    },
  );

  it('leaves the page alone after the abort', async () => {
    await server.client(0);
    user.abort();
    await within('the end', watched.closed);
    for (const wake of Object.values(wakes)) wake();
    await turn();
    expect([watched.state, server.clients.length]).toEqual(['stopped', 1]);
  });
});

describe('watchProgress in Node', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('throws where there is no WebSocket, unless it is to use events', () => {
    const { WebSocket } = globalThis;
    const signal = AbortSignal.abort();
    const options = { ...noHandlers, url: 'http://127.0.0.1:1', token: () => Promise.resolve('token'), signal };
    Reflect.deleteProperty(globalThis, 'WebSocket');
    try {
      expect(() => watchProgress(options)).toThrow('use Node 22 or later');
      expect(watchProgress({ ...options, transport: 'events' }).state).toBe('stopped');
    } finally {
      globalThis.WebSocket = WebSocket;
    }
  });

  it('throws what a handler throws where nothing catches it', async () => {
    const server = await LiveServer.start();
    const user = new AbortController();
    try {
      const tasks = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
      const onSnapshot = () => {
        throw new Error('in a handler');
      };
      const token = () => Promise.resolve('token');
      const watched = watchProgress({ ...noHandlers, onSnapshot, url: server.url, token, signal: user.signal });
      (await server.client(0)).send(snapshot(1), live(1));
      await eventually('it is live', () => watched.state === 'live');
      expect(tasks).toHaveBeenCalledTimes(1);
      expect(tasks.mock.calls[0]?.[0]).toThrow('in a handler');
    } finally {
      user.abort();
      await server.stop();
    }
  });
});

/** Lets all that is ready run. */
const turn = () => new Promise((done) => setImmediate(done));

const noHandlers = { onSnapshot: () => undefined, onEvent: () => undefined, onStatus: () => undefined };
