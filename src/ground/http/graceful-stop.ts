import type { FastifyInstance } from 'fastify';
import type { ServerResponse } from 'node:http';
import { Server, type Socket } from 'node:net';

/** Milliseconds that requests under way have to end, once the service stops. */
const GRACE = 10_000;

/** Milliseconds that Fastify gives a hook, such as the one here that waits: it must not give up while requests have their time. */
export const HOOK_TIMEOUT = 2 * GRACE;

/** Milliseconds without a byte after which nothing is on its way over a connection: longer than a round trip takes. */
const QUIET = 500;

/** The latest answer of a connection, and the bytes that had come over it when it was last looked at. */
interface Connection {
  answer: ServerResponse | null;
  bytesRead: number;
}

/**
 * Lets a stop cut off nothing that was sent, and wait for nothing else. An answer says that its connection ends; one on which
 * nothing is asked is ended after a while. Node's own close of an HTTP server would not wait for that while: it destroys
 * connections whose next request is on its way, and those whose answer is not written out yet.
 */
export function endConnectionsOnStop(fastify: FastifyInstance): void {
  const open = new Map<Socket, Connection>();
  let stopping = false;
  fastify.server.on('connection', (socket: Socket) => {
    open.set(socket, { answer: null, bytesRead: -1 });
    socket.once('close', () => open.delete(socket));
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const connection = open.get(request.raw.socket);
    if (connection) connection.answer = reply.raw;
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('preClose', async () => {
    stopping = true;
    const looking = setInterval(() => endQuiet(open), QUIET);
    const late = setTimeout(() => open.forEach((_, socket) => socket.destroy()), GRACE);
    // Takes no new connections, and ends with the last one.
    await new Promise((done) => Server.prototype.close.call(fastify.server, done));
    clearInterval(looking);
    clearTimeout(late);
  });
}

/** Ends connections whose answers are all written out, and over which nothing has come since the last look. */
function endQuiet(open: ReadonlyMap<Socket, Connection>): void {
  for (const [socket, connection] of open) {
    const isAnswered = connection.answer?.writableFinished ?? true;
    if (isAnswered && connection.bytesRead === socket.bytesRead) socket.destroy();
    connection.bytesRead = socket.bytesRead;
  }
}
