import { expect, it } from '@jest/globals';
import { isItsOwnId, nameOfProgressFile, safeId, strippedId } from './file-names.js';

it.each([
  ['user_2fAllDone0000000000000005', 'user_2fAllDone0000000000000005', 'user_2fAllDone0000000000000005'],
  ['auth0|5f7c.eve@example.com', 'auth0_5f7c_eve_example_com', 'auth05f7ceveexamplecom'],
  ['ü-數²_x ', 'ü-數²_x_', 'ü-數²_x'],
  ['🥨/a', '__a', 'a'],
])('%s is %s in the name of a file, and %s in that of a workspace', (id, safe, stripped) => {
  expect(safeId(id)).toBe(safe);
  expect(strippedId(id)).toBe(stripped);
});

it.each([
  ['.onboarding_progress.json', ''],
  ['.onboarding_progress_user_2f.json', 'user_2f'],
  ['.onboarding_progress_auth0|x.json', 'auth0|x'],
  ['.onboarding_progress_.json', null],
  ['onboarding_progress_user_2f.json', null],
  ['.onboarding_progress_user_2f.json.bak', null],
])('%s stands for %j', (file, name) => {
  expect(nameOfProgressFile(file)).toBe(name);
});

it('only ids of Clerk say by themselves that they are ids', () => {
  expect(isItsOwnId('user_2fAllDone0000000000000005')).toBe(true);
  for (const name of ['auth0_5f7c', 'user_', 'user_ü', 'user_a_b', 'xuser_1']) expect(isItsOwnId(name)).toBe(false);
});
