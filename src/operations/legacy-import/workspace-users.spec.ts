import { expect, it } from '@jest/globals';
import { trueUsers, type WorkspaceEvidence } from './workspace-users.js';

const user = (userId: string, hasProgress = false) => ({ userId, hasProgress });

const resolved = (evidence: Partial<WorkspaceEvidence>) =>
  Object.fromEntries(trueUsers({ name: 'auth0x01', users: [], given: [], hasList: false, inFiles: [], ...evidence }));

it('sessions of background jobs are the user’s of the folder', () => {
  expect(resolved({ users: [user('auth0|x.01', true), user('auth0x01')] })).toEqual({
    'auth0|x.01': 'auth0|x.01',
    auth0x01: 'auth0|x.01',
  });
});

it('two users may share a folder', () => {
  const users = [user('auth0|x.01', true), user('auth0x01', true)];
  const both = { 'auth0|x.01': 'auth0|x.01', auth0x01: 'auth0x01' };
  expect(resolved({ users })).toEqual(both);
  expect(resolved({ users, hasList: true, given: ['auth0x01', 'auth0|x.01'] })).toEqual(both);
  expect(resolved({ users, hasList: true, given: ['auth0|x.01'] })).toEqual({ ...both, auth0x01: 'auth0|x.01' });
});

it('of sessions of background jobs among several users nobody knows whose they are', () => {
  const users = [user('auth0|x.01'), user('auth0|x01'), user('auth0x01')];
  expect(resolved({ users })).toMatchObject({ auth0x01: null });
});

it('the true id of a lone session is in the list, or in the flat files', () => {
  const users = [user('auth0x01', true)];
  expect(resolved({ users })).toEqual({ auth0x01: 'auth0x01' });
  expect(resolved({ users, hasList: true, given: ['auth0|x.01'] })).toEqual({ auth0x01: 'auth0|x.01' });
  expect(resolved({ users, inFiles: ['auth0|x.01', 'auth0|x.01', 'another'] })).toEqual({ auth0x01: 'auth0|x.01' });
  expect(resolved({ users, inFiles: ['auth0|x.01', 'auth0|x01'] })).toEqual({ auth0x01: 'auth0x01' });
});
