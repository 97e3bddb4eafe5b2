import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';

/** Milliseconds that requests under way have to end, once the service stops. */
const GRACE = 10_000;

/**
 * Lets a stop wait for requests and for nothing else. Node itself closes only connections that are idle at that moment: it would
 * wait for one that becomes idle later, and for one on which nothing was asked yet, as browsers open them ahead.
 */
export function endConnectionsOnStop(fastify: FastifyInstance): void {
  const open = new Set<Socket>();
  let stopping = false;
  fastify.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('preClose', (done) => {
    stopping = true;
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    setTimeout(() => fastify.server.closeAllConnections(), GRACE).unref();
    done();
  });
}
