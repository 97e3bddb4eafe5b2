import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { TokenVerifier } from '../../ground/auth/token-verifier.js';
import { Configuration } from '../../ground/config/configuration.js';
import { frameOf } from './frames.js';
import { LiveConnections, type Ended } from './live-connections.js';
import { LiveSocket } from './live-socket.js';
import type { ProgressFeed } from './progress-feed.js';

const BEAT = frameOf({ type: 'beat', position: '0' });

/** A peer that has gone without a word is known by its pings: a real socket, without a feed behind it. */
describe('a socket', () => {
  let server: WebSocketServer;
  let ended: Ended['code'][];
  let opened: Promise<LiveSocket>;

  beforeEach(async () => {
    const connections = new LiveConnections(new Configuration({}));
    // Sockets of the test before may end during this one.
    const codes: Ended['code'][] = [];
    ended = codes;
    connections.onEnd = ({ code }) => codes.push(code);
    server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    opened = new Promise((open) => {
      server.on('connection', (socket, { socket: stream }) => {
        const request = { id: 'request', token: undefined, isForeign: false, place: null, terms: {} };
        const services = { connections, feed: {} as ProgressFeed, tokens: {} as TokenVerifier };
        open(new LiveSocket(socket, stream, request, services));
      });
    });
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });

  const connect = (autoPong: boolean) =>
    new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong });

  /** So many beats, and what they come with has arrived. */
  async function beat(socket: LiveSocket, client: WebSocket, beats: number): Promise<void> {
    for (let sent = 0; sent < beats; sent++) {
      const arrival = once(client, 'message');
      socket.beat(BEAT);
      await arrival;
    }
  }

  it('is pinged with each fourth beat, and stays as long as it answers', async () => {
    const client = connect(true);
    let pings = 0;
    client.on('ping', () => (pings += 1));
    const socket = await opened;
    for (let round = 1; round <= 4; round++) {
      await beat(socket, client, 3);
      expect(pings).toBe(round - 1);
      const answered = once([...server.clients][0] as WebSocket, 'pong');
      await beat(socket, client, 1);
      await answered;
    }
    expect([pings, ended]).toEqual([4, []]);
  });

  it('is cut when the next ping is due, and the one before was not answered', async () => {
    const client = connect(false);
    const socket = await opened;
    await beat(socket, client, 7);
    expect(ended).toEqual([]);
    const closed = once(client, 'close');
    socket.beat(BEAT);
    expect(await closed).toEqual([1006, expect.anything()]);
    expect(ended).toEqual(['silent']);
  });
});
