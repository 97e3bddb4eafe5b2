import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { storedOnboardingOf } from '../support/data/stored-onboarding.js';
import { TestApp } from '../support/service/app.js';
import { done } from '../support/service/done.js';
import { expectProblem } from '../support/service/problems.js';

describe('a request to restore', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const stored = (userId: string) => storedOnboardingOf(app.database, userId);

  it.each([
    ['no revision', { what: 'all' }, '/revision'],
    ['revision 0', { revision: 0, what: 'all' }, '/revision'],
    ['a negative revision', { revision: -1, what: 'all' }, '/revision'],
    ['half a revision', { revision: 1.5, what: 'all' }, '/revision'],
    ['a revision as a text', { revision: '3', what: 'all' }, '/revision'],
    ['a revision beyond numbers', { revision: 2 ** 60, what: 'all' }, '/revision'],
    ['a revision of null', { revision: null, what: 'all' }, '/revision'],
    ['a list of revisions', { revision: [1], what: 'all' }, '/revision'],
    ['nothing to restore', { revision: 1 }, '/what'],
    ['something else to restore', { revision: 1, what: 'keys' }, '/what'],
    ['a list of what to restore', { revision: 1, what: ['all'] }, '/what'],
    ['an unknown step', { revision: 1, what: 'all', steps: ['website', 'api_keys'] }, '/steps'],
    ['a step twice', { revision: 1, what: 'all', steps: ['website', 'website'] }, '/steps'],
    ['too many steps', { revision: 1, what: 'all', steps: Array(10_000).fill('website') }, '/steps'],
    ['a number for a step', { revision: 1, what: 'all', steps: [2] }, '/steps'],
    ['a list for a step', { revision: 1, what: 'data', steps: [['website']] }, '/steps'],
    ['null for a step', { revision: 1, what: 'data', steps: [null] }, '/steps'],
    ['a step that is no list', { revision: 1, what: 'all', steps: 'website' }, '/steps'],
    ['steps as an object', { revision: 1, what: 'all', steps: { 0: 'website' } }, '/steps'],
    ['steps of the progress', { revision: 1, what: 'progress', steps: ['website'] }, '/steps'],
    ['no steps of the progress', { revision: 1, what: 'progress', steps: [] }, '/steps'],
    ['no steps of the data', { revision: 1, what: 'data', steps: [] }, '/steps'],
    ['no steps at all', { revision: 1, what: 'all', steps: [] }, '/steps'],
    ['a dry run as a text', { revision: 1, what: 'all', dry_run: 'yes' }, '/dry_run'],
    ['a dry run as a number', { revision: 1, what: 'all', dry_run: 1 }, '/dry_run'],
  ])('that names %s is refused by its name', async (_, body, at) => {
    const client = await app.as('wrong input');
    await done(client.post('/start'));
    const before = await stored('wrong input');
    const answer = await client.post('/restore', body);
    expectProblem(answer, 400, body);
    expect(answer.body.errors).toEqual([{ pointer: at, detail: expect.stringMatching(/\w\.$/) }]);
    expect(await stored('wrong input')).toEqual(before);
  });

  it.each(['', 'null', '[]', '"text"', '{', '{"revision":1,"what":"all"'])(
    'whose body is %p is refused',
    async (body) => {
      const client = await app.as('wrong body');
      expectProblem(await client.send('POST', '/restore', body), 400, body);
    },
  );

  it.each([2, 1000, 999_999_999_999_999])('of revision %p, which was never, finds nothing', async (revision) => {
    const client = await app.as('never was');
    await done(client.post('/start'));
    const before = await stored('never was');
    for (const what of ['progress', 'data', 'all']) {
      for (const dry_run of [true, false]) {
        expectProblem(await client.post('/restore', { revision, what, dry_run }), 404, what);
      }
    }
    expect(await stored('never was')).toEqual(before);
  });

  it('ignores fields that it does not know, and null for those that may be left out', async () => {
    const client = await app.as('more fields');
    await done(client.post('/business-info', { business_description: 'Bread for the town' }));
    const body = {
      revision: 1,
      what: 'data',
      steps: null,
      dry_run: null,
      user_id: 'soft',
      position: '9.x',
      extra: [1],
    };
    expect((await done(client.post('/restore', body))).body.restored).toEqual({
      progress: false,
      documents: ['business_info'],
    });
  });
});
