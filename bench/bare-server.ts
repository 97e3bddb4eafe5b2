// A server between a socket and the service's statements: the limit, with as little as can stand there on this stack, or the floor,
// with what the service must do besides.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import { bareOperations } from './bare-operations.ts';
import { limitDoor, floorDoor } from './doors.ts';
import { floorManners, NO_MANNERS } from './manners.ts';
import { serviceBuild } from './service-build.ts';

const [kind, folder = '', url = '', poolSize = '', log = ''] = process.argv.slice(2);

// As the service's own pool.
const pool = new pg.Pool({ connectionString: url, max: Number(poolSize), pipeline: true, keepAlive: true });
const build = serviceBuild(folder);
const isFloor = kind === 'floor';
const operations = await bareOperations(isFloor ? await floorDoor(pool, build) : limitDoor(pool), build);
const manners = isFloor ? await floorManners(build, log) : NO_MANNERS;

async function handle(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
  const began = performance.now();
  const requestId = randomUUID();
  const operation = operations[`${request.method} ${request.url}`];
  const userId = await manners.userOf(request);
  const answer = operation && userId !== null ? JSON.stringify(await operation(userId, body)) : undefined;
  const status = answer === undefined ? 404 : 200;
  response.writeHead(status, {
    ...manners.headers(requestId),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answer ?? ''),
  });
  response.end(answer);
  manners.note(request, { requestId, status, userId, ms: performance.now() - began });
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    handle(request, response, Buffer.concat(chunks).toString()).catch((error: unknown) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });
});

process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
