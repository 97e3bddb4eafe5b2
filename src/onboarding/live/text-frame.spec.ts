import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrame } from './text-frame.js';

describe('a text as a frame', () => {
  it.each([
    ['an empty one', ''],
    ['the longest whose length is one byte', 'x'.repeat(125)],
    ['the shortest whose length is two bytes', 'x'.repeat(126)],
    ['the longest whose length is two bytes', 'x'.repeat(65_535)],
    ['the shortest whose length is eight bytes', 'x'.repeat(65_536)],
    ['one of characters of several bytes', 'naïve \u{1f600} '.repeat(20)],
  ])('arrives as it is, and so does what follows: %s', async (_, text) => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    await once(server, 'listening');
    server.on('connection', (socket, request) => {
      request.socket.write(Buffer.concat([textFrame(text), textFrame('the next one')]));
      socket.close(1000);
    });
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const received: string[] = [];
    client.on('message', (data: Buffer, isBinary: boolean) => received.push(isBinary ? 'bytes' : data.toString()));
    const [code] = (await once(client, 'close')) as [number];
    server.close();
    expect([code, received]).toEqual([1000, [text, 'the next one']]);
  });
});
