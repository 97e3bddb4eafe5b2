import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedServices } from '../../support/process/embedded-services.js';
import type { End } from '../../support/process/service-process.js';

/** One line says why, and nothing is left behind. */
function expectRefusal({ code, signal, stdout, stderr }: End, line: RegExp, services: EmbeddedServices): void {
  expect([code, signal, stdout]).toEqual([1, null, '']);
  expect(stderr).toMatch(new RegExp(`^${line.source}\\n$`));
  expect(services.leftovers()).toEqual([]);
}

describe('a service that cannot start with its embedded database says why in a line, and leaves nothing behind:', () => {
  let services: EmbeddedServices;

  beforeEach(() => {
    services = new EmbeddedServices();
  });
  afterEach(() => services.remove());

  /** Changes the secrets as an editor would. */
  function editSecrets(change: (secrets: Record<string, Record<string, string>>) => void): void {
    const file = services.path('secrets.json');
    const secrets = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
    change(secrets);
    writeFileSync(file, JSON.stringify(secrets));
  }

  it('passwords that are not those of the database', async () => {
    await services.prepare();
    const line = /DATA_DIR: the passwords in \S+\/secrets\.json are not those of the database\. Put back .+/;
    const original = readFileSync(services.path('secrets.json'));
    for (const role of ['owner', 'app']) {
      editSecrets(({ databasePasswords }) => Object.assign(databasePasswords ?? {}, { [role]: 'another' }));
      expectRefusal(await services.run(), line, services);
      writeFileSync(services.path('secrets.json'), original);
    }
    rmSync(services.path('secrets.json'));
    const begun = Date.now();
    expectRefusal(await services.run(), line, services);
    // At once, and not when the time for a start is over.
    expect(Date.now() - begun).toBeLessThan(20_000);
    writeFileSync(services.path('secrets.json'), original);
    await services.prepare();
  });

  it('the same while another service uses that database, which goes on', async () => {
    const service = await services.start();
    rmSync(services.path('secrets.json'));
    const { code, stderr } = await services.run();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^DATA_DIR: the passwords in .+\n$/)]);
    expect((await service.anonymous().get('//health/ready')).status).toBe(200);
    expect((await service.stop()).code).toBe(0);
    expect(services.leftovers()).toEqual([]);
  });

  it('secrets that are damaged', async () => {
    mkdirSync(services.dataDirectory);
    writeFileSync(services.path('secrets.json'), '{}');
    expectRefusal(await services.run(), /DATA_DIR: \S+\/secrets\.json is damaged: .+/, services);
  });

  it('a `.env` that is a directory', async () => {
    const directory = mkdtempSync(join(services.scratch, 'cwd-'));
    mkdirSync(join(directory, '.env'));
    expectRefusal(await services.run({}, { directory }), /\.env cannot be read \(EISDIR\)/, services);
  });

  it.each([
    ['/proc/x', 'where no directory can be made'],
    ['/dev/null/x', 'below a file'],
    ['/dev/null', 'that is a file'],
  ])('DATA_DIR=%s, %s', async (DATA_DIR) => {
    const line = new RegExp(`DATA_DIR: ${DATA_DIR} cannot be read and written \\(E[A-Z]+\\)`);
    expectRefusal(await services.run({ DATA_DIR }), line, services);
  });

  it('few descriptors, under initdb and under the server', async () => {
    const through = ['/bin/sh', '-c', 'ulimit -n 50; exec "$@"', 'sh'];
    const cause = 'insufficient file descriptors available to start server process: System allows .+';
    const making = new RegExp(`The embedded PostgreSQL cannot be made: ${cause}\\.`);
    expectRefusal(await services.run({}, { through }), making, services);
    await services.prepare();
    const starting = new RegExp(`The embedded PostgreSQL does not start: ${cause}\\. See \\S+/postgres\\.log`);
    expectRefusal(await services.run({}, { through }), starting, services);
  });

  it('a cluster that PostgreSQL cannot read', async () => {
    await services.prepare();
    const file = (...names: string[]) => services.path('database', ...names);
    const refused = async (line: RegExp) => expectRefusal(await services.run(), line, services);

    writeFileSync(file('postgres', 'postmaster.pid'), 'garbage\n');
    await refused(/The embedded PostgreSQL does not start: bogus data in lock file .+ See \S+/);
    rmSync(file('postgres', 'postmaster.pid'));

    writeFileSync(file('postgres', 'PG_VERSION'), '17\n');
    await refused(/The embedded PostgreSQL does not start: .+ initialized by PostgreSQL version 17, .+ See \S+/);
    rmSync(file('postgres', 'PG_VERSION'));
    await refused(/\S+\/postgres is no cluster of PostgreSQL \(PG_VERSION is missing\): restore or remove it\./);

    rmSync(file('postgres.log'));
    mkdirSync(file('postgres.log'));
    writeFileSync(file('postgres', 'PG_VERSION'), '18\n');
    await refused(/The embedded PostgreSQL cannot be started: EISDIR: .+/);

    rmSync(file(), { recursive: true });
    writeFileSync(file(), '');
    await refused(/The embedded PostgreSQL cannot be started: EEXIST: .+/);
  });
});
