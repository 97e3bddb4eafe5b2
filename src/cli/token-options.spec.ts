import { describe, expect, it } from '@jest/globals';
import { StartupError } from '../ground/config/startup-error.js';
import { tokenOptions } from './token-options.js';

const NOW = 1_700_000_000_000;
const SECOND = NOW / 1000;

describe('the options of a development token', () => {
  it.each([
    [['alice'], { userId: 'alice', scope: undefined, expiresAt: undefined }],
    [['alice', '--scope', 'onboarding:operate'], { userId: 'alice', scope: 'onboarding:operate' }],
    [['--scope=keys:use onboarding:read', 'alice'], { userId: 'alice', scope: 'keys:use onboarding:read' }],
    [['alice', '--expires', '90s'], { expiresAt: SECOND + 90 }],
    [['alice', '--expires', '5m'], { expiresAt: SECOND + 300 }],
    [['alice', '--expires=1h'], { expiresAt: SECOND + 3600 }],
    [['alice', '--expires', '30d'], { expiresAt: SECOND + 30 * 86_400 }],
    [['--', '-alice'], { userId: '-alice' }],
  ])('are read of %j', (args, expected) => {
    expect(tokenOptions(args, NOW)).toMatchObject(expected);
  });

  it.each([
    [[]],
    [['']],
    [['alice', 'bob']],
    [['alice', '--scope']],
    [['alice', '--scope', ' ']],
    [['alice', '--expires']],
    [['alice', '--expires', '']],
    [['alice', '--expires', '1']],
    [['alice', '--expires', '1w']],
    [['alice', '--expires', '0h']],
    [['alice', '--expires', '1.5h']],
    [['alice', '--expires=-1h']],
    [['alice', '--expires', '1 h']],
    [['alice', '--expires', '9999999s']],
    [['alice', '--admin']],
  ])('are refused with a line of usage: %j', (args) => {
    const usage = 'Usage: npm run token -- <user id> [--scope "<scope> …"] [--expires <number>s|m|h|d]';
    expect(() => tokenOptions(args, NOW)).toThrow(new StartupError(usage));
  });
});
