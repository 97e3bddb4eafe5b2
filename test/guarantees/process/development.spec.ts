import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../src/storage/postgres/embedded/embedded-server.js';
import { eventually } from '../../support/process/deadline.js';
import { copyCheckout, NpmStart } from '../../support/process/npm-start.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';

/** The answer of `/health/live`, which the tests change. */
const ANSWER = `return { status: 'ok' };`;

describe('npm run dev', () => {
  const scratch = scratchDirectory();
  const checkout = join(scratch, 'checkout');
  const dataDirectory = join(scratch, 'data');
  const routes = join(checkout, 'src', 'ground', 'health', 'health.routes.ts');
  const extra = join(checkout, 'src', 'ground', 'health', 'extra', 'answer.ts');
  let source: string;
  let url: string;
  let dev: NpmStart;
  let postgres: string;

  beforeAll(async () => {
    copyCheckout(checkout);
    // Nobody looks at the types of specs here, and the compiler would take half as long again.
    for (const name of readdirSync(join(checkout, 'src'), { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.spec.ts')) rmSync(join(checkout, 'src', name));
    source = readFileSync(routes, 'utf8');
    expect(source).toContain(ANSWER);
    const port = await freePort();
    url = `http://127.0.0.1:${port}/health/live`;
    dev = new NpmStart({
      checkout,
      dataDirectory,
      records: join(scratch, 'records'),
      environment: { PORT: String(port) },
      script: 'exec npm run dev',
    });
    await dev.ready();
    postgres = postmaster();
  });
  afterAll(async () => {
    await dev.kill();
    rmSync(scratch, { recursive: true, force: true });
  });

  /** The process of PostgreSQL, and when it started. */
  function postmaster(): string {
    const [pid, , startedAt] = readFileSync(
      join(dataDirectory, 'database', 'postgres', 'postmaster.pid'),
      'utf8',
    ).split('\n');
    return `${pid} ${startedAt}`;
  }

  /** As editors save: another file takes the place of the one before. */
  function save(text: string): void {
    writeFileSync(`${routes}~`, text);
    renameSync(`${routes}~`, routes);
  }

  const answering = (expression: string) => source.replace(ANSWER, `return { status: ${expression} };`);

  async function serves(status: string): Promise<void> {
    await eventually(`${status} is served, after:\n${dev.output}`, async () => {
      const answer = await fetch(url).catch(() => null);
      return answer !== null && ((await answer.json()) as { status: string }).status === status;
    });
    expect(postmaster()).toBe(postgres);
  }

  /** @param since how much had been written before */
  const says = (words: RegExp, since: number) =>
    eventually(`it says ${words.source}`, () => words.test(dev.output.slice(since)));

  it('serves each change, on the same port and the same PostgreSQL', async () => {
    await serves('ok');
    save(answering(`'first' as 'ok'`));
    await serves('first');
    save(answering(`'second' as 'ok'`));
    await serves('second');
  });

  it('serves the last good build while the sources cannot be built, and names file and line', async () => {
    const before = dev.output.length;
    save(answering(`'broken`));
    await says(/health\.routes\.ts:\d+/, before);
    await says(/The service still runs as it was built before/, before);
    await serves('second');
    save(answering(`'mended' as 'ok'`));
    await serves('mended');
  });

  it('serves each change of the page, by the service that runs already', async () => {
    const style = join(checkout, 'demo', 'styles', 'theme.css');
    const { origin } = new URL(url);
    const page = await (await fetch(`${origin}/demo`)).text();
    expect(page).toContain('/demo/page.js');
    const before = dev.output.length;
    writeFileSync(style, `${readFileSync(style, 'utf8')}\n.changed-by-a-test { color: red }\n`);
    await eventually('the change is served', async () => {
      const answer = await fetch(`${origin}/demo/page.css`);
      return (await answer.text()).includes('changed-by-a-test');
    });
    expect(dev.output.slice(before)).not.toContain('ready at');
  });

  it('waits for the next change after the service has failed', async () => {
    const before = dev.output.length;
    save(`${source}\nthrow new Error('a defect');\n`);
    await says(/The service has ended \(exit code 1\)/, before);
    expect(dev.output.slice(before)).toMatch(/health\.routes\.ts:\d+/);
    save(answering(`'recovered' as 'ok'`));
    await serves('recovered');
  });

  it('sees files that are added and removed', async () => {
    save(`import { ANSWER } from './extra/answer.js';\n${answering('ANSWER')}`);
    mkdirSync(join(extra, '..'));
    writeFileSync(extra, `export const ANSWER = 'added' as 'ok';\n`);
    await serves('added');
    const before = dev.output.length;
    rmSync(extra);
    await says(/Could not resolve "\.\/extra\/answer\.js"/, before);
    writeFileSync(extra, `export const ANSWER = 'added again' as 'ok';\n`);
    await serves('added again');
  });

  it('runs what has a problem of types, and shows it', async () => {
    const before = dev.output.length;
    save(answering(`'mistyped'`));
    await serves('mistyped');
    await says(/health\.routes\.ts.*error.*TS2322/, before);
  });

  it('ends whole', async () => {
    dev.signal('group', 'SIGINT');
    await dev.gone();
    expect([dev.exitCode('service'), await dev.ended()]).toEqual([0, 0]);
  });
});
