import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { runCommand } from '../../support/process/command.js';

const ENVIRONMENT = {
  AUTH_JWT_SECRET: 'x'.repeat(32),
  API_KEY_ENCRYPTION_KEYS: `main:${Buffer.alloc(32).toString('base64')}`,
};

describe('npm run token', () => {
  const token = (...args: string[]) => runCommand('cli/token', ENVIRONMENT, { args });

  it('prints a token with a scope, for a time', async () => {
    const { code, stdout, stderr } = await token('olga', '--scope', 'onboarding:operate', '--expires', '1h');
    expect([code, stderr]).toEqual([0, '']);
    const { sub, scope, iat = 0, exp = 0 } = decodeJwt(stdout.trim());
    expect({ sub, scope }).toEqual({ sub: 'olga', scope: 'onboarding:operate' });
    // A second may pass between the two.
    expect(Math.abs(exp - iat - 3600)).toBeLessThanOrEqual(1);
  });

  it('prints one without a scope, for a day', async () => {
    const { scope, iat = 0, exp = 0 } = decodeJwt((await token('alice')).stdout.trim());
    expect(scope).toBeUndefined();
    expect(Math.abs(exp - iat - 86_400)).toBeLessThanOrEqual(1);
  });

  it('says how it is used, and ends with 1', async () => {
    expect(await token('alice', '--expires', 'tomorrow')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Usage: npm run token -- <user id> [--scope "<scope> …"] [--expires <number>s|m|h|d]\n',
    });
  });
});
