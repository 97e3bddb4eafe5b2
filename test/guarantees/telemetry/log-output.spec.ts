import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closeSync, constants, openSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../../src/storage/postgres/embedded/embedded-server.js';
import { LogOutput } from '../../../src/ground/http/log-output.js';
import { testEnvironment } from '../../support/service/app.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';
import { Fifo } from '../../support/process/fifo.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';
import { ServiceProcess } from '../../support/process/service-process.js';

/** Milliseconds for what takes none, once nobody reads. */
const DEADLINE = 10_000;

const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;

/** The longest that a caller may give itself, so that lines are long. */
const REQUEST_ID = 'x'.repeat(128);

interface Line {
  readonly msg: string;
  readonly requestId?: string;
  readonly lines?: number;
}

/** The lines that have come whole, but for what the service says to people. */
const parse = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);

describe('the output of the log', () => {
  let scratch: string;
  let fifo: Fifo;
  let writer: number;
  let output: LogOutput;

  beforeEach(() => {
    scratch = scratchDirectory();
    fifo = new Fifo(join(scratch, 'log'));
    writer = fifo.openWriter(constants.O_NONBLOCK);
    output = new LogOutput(() => writer);
  });
  afterEach(async () => {
    fifo.close();
    // Its descriptor may be another file's next.
    await output.drain(DEADLINE);
    closeSync(writer);
    rmSync(scratch, { recursive: true, force: true });
  });

  const line = (number: number) => `${JSON.stringify({ number, msg: 'x'.repeat(201) })}\n`;

  it('keeps the order of lines, and drops none as long as there is room', async () => {
    const written = Array.from({ length: 3000 }, (_, number) => line(number));
    let read = '';
    for (const each of written) output.write(each);
    await eventually('all are read', () => (read += fifo.read()).length === written.join('').length);
    expect(read).toBe(written.join(''));
    expect(output.lost).toBe(0);
  });

  it('keeps a megabyte for a reader that has stalled', () => {
    for (let number = 0; number < 10_000; number++) output.write(line(number));
    const size = line(9999).length;
    expect(output.lost).toBeGreaterThan(10_000 - (1.1 * MEGABYTE) / size);
    expect(output.lost).toBeLessThan(10_000 - (0.9 * MEGABYTE) / size);
  });

  it('ends a line that was written in part before it goes on', async () => {
    // More than the pipe holds: the second write is cut where the pipe is full.
    for (let number = 0; number < 1000; number++) output.write(line(number));
    let read = '';
    await eventually('the second write has begun', () => (read += fifo.read()).length > line(0).length);
    fifo.close();
    await eventually('the rest is lost', () => output.lost > 0);
    fifo.reopen();
    output.write(line(1000));
    await eventually('it goes on', () => (read += fifo.read()).endsWith(line(1000)));
    expect(parse(read).at(-2)).toMatchObject({ lines: output.lost, msg: 'lines of this log were lost' });
    expect(parse(read).length).toBe(1000 - output.lost + 2);
  });
});

describe('a service', () => {
  let database: TestDatabase;
  let scratch: string;
  let service: ServiceProcess;
  let metrics: string;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    scratch = scratchDirectory();
  });
  afterEach(async () => {
    service.kill('SIGKILL');
    await service.ended();
    rmSync(scratch, { recursive: true, force: true });
  });

  /** Bytes that a file may have before writing to it fails, as on a full disk: a multiple of 512. */
  const limited = (bytes: number) => ['/bin/sh', '-c', `ulimit -f ${bytes / 512} && exec "$0" "$@"`];

  async function start(output: number, through: readonly string[] = []): Promise<void> {
    const [port, metricsPort] = [await freePort(), await freePort()];
    metrics = `http://127.0.0.1:${metricsPort}/metrics`;
    const environment = { PORT: String(port), METRICS_PORT: String(metricsPort), LOG_LEVEL: 'info' };
    service = await ServiceProcess.start(testEnvironment(database.appUrl, environment), { output, through });
    closeSync(output);
  }

  async function lostLines(): Promise<number> {
    const text = await (await fetch(metrics)).text();
    return Number(/^log_lines_lost_total (\d+)$/m.exec(text)?.[1]);
  }

  /** Sends requests that are one line each, over one connection, and waits for all answers. */
  async function ask(count: number): Promise<void> {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    let answers = 0;
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      const parts = (text + chunk.toString('latin1')).split('{"status":"ok"}');
      answers += parts.length - 1;
      text = parts.at(-1) ?? '';
    });
    socket.write(`GET /health/live HTTP/1.1\r\nHost: service\r\nX-Request-Id: ${REQUEST_ID}\r\n\r\n`.repeat(count));
    await eventually('all are answered', () => answers === count);
    socket.destroy();
  }

  async function expectOrderlyEnd(): Promise<void> {
    service.kill('SIGTERM');
    const { code, signal, stderr } = await service.ended();
    expect([code, signal, stderr]).toEqual([0, null, '']);
  }

  it('goes on while its log cannot be written, counts the lines, and writes again once it can', async () => {
    const path = join(scratch, 'log');
    await start(openSync(path, 'a'), limited(16 * KILOBYTE));
    // The start has asked, too, and its line may come at any time.
    const written = () => parse(readFileSync(path, 'utf8')).filter(({ requestId }) => requestId === REQUEST_ID).length;
    await ask(400);
    await eventually('lines are lost', async () => (await lostLines()) > 300);
    await ask(1);
    // An answer may come before its line.
    await eventually('each line is written or lost', async () => written() + (await lostLines()) === 401);
    const lost = await lostLines();
    truncateSync(path);
    await ask(1);
    await eventually('the line is written', () => parse(readFileSync(path, 'utf8')).length === 2);
    expect(parse(readFileSync(path, 'utf8'))).toMatchObject([
      { level: 40, lines: lost, msg: 'lines of this log were lost' },
      { level: 30, requestId: REQUEST_ID, msg: 'request' },
    ]);
    expect(await lostLines()).toBe(lost);
    await expectOrderlyEnd();
  });

  it('ends in order while its log cannot be written', async () => {
    await start(openSync(join(scratch, 'log'), 'a'), limited(0));
    await ask(10);
    await expectOrderlyEnd();
  });

  it('goes on while nobody reads its log, keeps a megabyte, and writes it out once somebody does', async () => {
    const fifo = new Fifo(join(scratch, 'log'));
    await start(fifo.openWriter());
    await ask(8000);
    await eventually('lines are lost', async () => (await lostLines()) > 1000);
    let text = '';
    const lines = () => parse((text += fifo.read()));
    await eventually('what was kept is read', () => lines().length > 4000);
    await ask(1);
    await eventually('each line is either there or counted', async () => {
      const requests = lines().filter(({ requestId }) => requestId === REQUEST_ID);
      return requests.length + (await lostLines()) === 8001;
    });
    const reported = lines().flatMap(({ lines = 0 }) => lines);
    expect(reported.reduce((sum, count) => sum + count)).toBe(await lostLines());
    fifo.close();
    await expectOrderlyEnd();
  });

  it('ends in order while nobody reads its log', async () => {
    const fifo = new Fifo(join(scratch, 'log'));
    await start(fifo.openWriter());
    await ask(1000);
    await expectOrderlyEnd();
    fifo.close();
  });

  it('goes on when the reader of its log has gone', async () => {
    const fifo = new Fifo(join(scratch, 'log'));
    await start(fifo.openWriter());
    fifo.close();
    await ask(100);
    await eventually('lines are lost', async () => (await lostLines()) >= 100);
    await expectOrderlyEnd();
  });
});
