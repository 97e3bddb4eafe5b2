import type { FastifyInstance } from 'fastify';
import { Server, type Socket } from 'node:net';

/** Milliseconds for requests in flight to finish, once the service stops. */
const GRACE = 10_000;

/** Milliseconds that Fastify waits for a hook: longer than the hook below waits for requests. */
export const HOOK_TIMEOUT = 2 * GRACE;

/** Milliseconds without a byte after which a connection is idle: longer than a round trip, so no request is on its way. */
const IDLE = 500;

/** A connection's requests whose answers are not written completely, and the bytes that had arrived at the previous check. */
interface Connection {
  unanswered: number;
  bytesRead: number;
}

/**
 * Graceful stop: finishes requests in flight, closes idle connections after 500 ms. Answers tell the client that the connection
 * ends. Node's own close of an HTTP server does not wait: it destroys connections whose next request is on its way, and those
 * whose answer is not written completely.
 * @returns whether a request of a connection has no complete answer yet
 */
export function stopGracefully(fastify: FastifyInstance): (socket: Socket) => boolean {
  const open = new Map<Socket, Connection>();
  let stopping = false;
  fastify.server.on('connection', (socket: Socket) => {
    open.set(socket, { unanswered: 0, bytesRead: -1 });
    socket.once('close', () => open.delete(socket));
  });
  const count = (socket: Socket, requests: 1 | -1) => {
    const connection = open.get(socket);
    if (connection) connection.unanswered += requests;
  };
  fastify.addHook('onRequest', (request, _reply, done) => {
    count(request.raw.socket, 1);
    done();
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    count(request.raw.socket, -1);
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('preClose', async () => {
    stopping = true;
    const checks = setInterval(() => closeIdle(open), IDLE);
    const deadline = setTimeout(() => open.forEach((_, socket) => socket.destroy()), GRACE);
    // Accepts no new connections, and calls back when the last one has closed.
    await new Promise((done) => Server.prototype.close.call(fastify.server, done));
    clearInterval(checks);
    clearTimeout(deadline);
  });
  return (socket) => (open.get(socket)?.unanswered ?? 0) > 0;
}

/** Closes connections whose answers are all written, and on which nothing has arrived since the previous check. */
function closeIdle(open: ReadonlyMap<Socket, Connection>): void {
  for (const [socket, connection] of open) {
    if (connection.unanswered === 0 && connection.bytesRead === socket.bytesRead) socket.destroy();
    connection.bytesRead = socket.bytesRead;
  }
}
