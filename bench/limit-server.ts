// The limit: as little as can stand between a socket and these statements on this stack.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import { limitOperations } from './limit-operations.ts';
import { serviceBuild } from './service-build.ts';

const [folder = '', url = '', poolSize = ''] = process.argv.slice(2);

// As the service's own pool.
const pool = new pg.Pool({ connectionString: url, max: Number(poolSize), pipeline: true, keepAlive: true });
const operations = await limitOperations(pool, serviceBuild(folder));

async function handle(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
  const operation = operations[`${request.method} ${request.url}`];
  const userId = request.headers['x-user'] as string;
  const text = operation ? JSON.stringify(await operation(userId, body)) : undefined;
  response.writeHead(text === undefined ? 404 : 200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text ?? ''),
  });
  response.end(text);
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
