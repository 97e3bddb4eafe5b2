import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestDatabase } from '../../support/database/database.js';
import { runImport } from '../../support/process/import-command.js';

describe('the options of the import', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.drop());

  it.each<[string, readonly string[], RegExp]>([
    ['no source', [], /^--from says/],
    ['an unknown option', ['--form', 'x'], /^Usage: npm run import/],
    ['an unknown mode', ['--from', 'x', '--on-conflict', 'ask'], /^--on-conflict is one of skip, merge, replace/],
    ['an unknown time zone', ['--from', 'x', '--timezone', 'Mars'], /^--timezone must be an IANA name/],
    ['a .env of nobody', ['--env', 'x'], /^--env needs --user/],
    ['a user without an id', ['--env', 'x', '--user', ''], /^--user is empty/],
    ['an option twice', ['--from', 'x', '--user', 'a', '--user', 'b'], /^--user is given twice\.$/m],
    ['a switch twice', ['--from', 'x', '--dry-run', '--dry-run'], /^--dry-run is given twice\.$/m],
    ['a list that is not there', ['--from', 'x', '--users', 'none'], /^--users: none cannot be read \(ENOENT\)/],
    ['a source that is not there', ['--from', 'none'], /none/],
    ['an undo with more', ['--undo', 'x', '--dry-run'], /^--undo goes alone/],
    ['an undo without its report', ['--undo', 'none'], /^--undo: none cannot be read \(ENOENT\)/m],
    ['an address with a password', ['--from', 'postgres://u:sk-of-user@127.0.0.1:1/x'], /cannot be reached/],
  ])('are checked, and a line says what is wrong: %s', async (_, args, message) => {
    const { code, stdout, stderr } = await runImport(database, args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
