import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { Configuration } from '../../ground/config/configuration.js';
import { SealBroken } from './seal.js';
import { Secret } from '../../ground/secrets/secret.js';
import { Vault, type SealedPlace } from './vault.js';

const OLD = `old:${randomBytes(32).toString('base64')}`;
const NEW = `new:${randomBytes(32).toString('base64')}`;
const vaultOf = (...keys: string[]) => new Vault(new Configuration({ API_KEY_ENCRYPTION_KEYS: keys.join(',') }));

const PLACE: SealedPlace = { id: '018f4e6a-0000-7000-8000-000000000001', provider: 'openai', version: 3 };
const KEY = new Secret('sk-of-alice-0123456789');
const BROKEN = new SealBroken();

const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((value) => value.isWellFormed());

describe('the vault', () => {
  it('opens what it has sealed, for any user, place and key', () => {
    const vault = vaultOf(OLD);
    fc.assert(
      fc.property(text, text, fc.uuid(), fc.nat(), text, (userId, provider, id, version, value) => {
        const { dataKey, sealed } = vault.createDataKey(userId);
        const place = { id, provider, version };
        const apiKey = vault.seal(dataKey, place, new Secret(value));
        expect(vault.open(vault.openDataKey(userId, sealed), place, apiKey).reveal()).toBe(value);
      }),
    );
  });

  it('seals under the first key, and names its keys in order', () => {
    const vault = vaultOf(NEW, OLD);
    expect(vault.activeKeyId).toBe('new');
    expect(vault.keyIds).toEqual(['new', 'old']);
    expect(vault.createDataKey('alice').sealed).toMatchObject({ keyId: 'new', version: 1 });
  });

  it('needs a key', () => {
    expect(() => new Vault(new Configuration({}))).toThrow('API_KEY_ENCRYPTION_KEYS must be set');
  });

  it('makes a new data key for each call, also for the same user', () => {
    const vault = vaultOf(OLD);
    const users = ['alice', 'alice', 'bob'];
    const keys = users.map((user) => vault.createDataKey(user).dataKey.key.export().toString('hex'));
    expect(new Set(keys).size).toBe(users.length);
  });

  it.each<[string, string, Partial<SealedPlace>]>([
    ['user', 'bob', {}],
    ['user by case', 'Alice', {}],
    ['provider', 'alice', { provider: 'gemini' }],
    ['row', 'alice', { id: '018f4e6a-0000-7000-8000-000000000002' }],
    ['older version', 'alice', { version: 2 }],
    ['newer version', 'alice', { version: 4 }],
  ])('does not open an API key at another %s, even with its data key', (_, userId, moved) => {
    const vault = vaultOf(OLD);
    const { dataKey } = vault.createDataKey('alice');
    const sealed = vault.seal(dataKey, PLACE, KEY);
    expect(vault.open(dataKey, PLACE, sealed).reveal()).toBe(KEY.reveal());
    expect(() => vault.open({ ...dataKey, userId }, { ...PLACE, ...moved }, sealed)).toThrow(BROKEN);
  });

  it('does not open a data key as another user’s, another version’s or another key’s', () => {
    const vault = vaultOf(OLD, NEW);
    const { sealed } = vault.createDataKey('alice');
    expect(() => vault.openDataKey('bob', sealed)).toThrow(BROKEN);
    expect(() => vault.openDataKey('alice', { ...sealed, version: 2 })).toThrow(BROKEN);
    expect(() => vault.openDataKey('alice', { ...sealed, keyId: 'new' })).toThrow(BROKEN);
    expect(() => vault.openDataKey('alice', { ...sealed, sealed: Buffer.alloc(0) })).toThrow(BROKEN);
  });

  it('treats an id that is not configured like everything else that does not open', () => {
    const { sealed } = vaultOf(OLD).createDataKey('alice');
    const later = vaultOf(NEW);
    expect(() => later.openDataKey('alice', sealed)).toThrow(BROKEN);
    expect(() => later.resealDataKey('alice', sealed)).toThrow(BROKEN);
  });

  it('does not open a data key in the place of an API key, or the other way round', () => {
    const vault = vaultOf(OLD);
    const { dataKey, sealed } = vault.createDataKey('alice');
    const apiKey = vault.seal(dataKey, PLACE, KEY);
    expect(() => vault.open(dataKey, PLACE, sealed.sealed)).toThrow(BROKEN);
    expect(() => vault.openDataKey('alice', { ...sealed, sealed: apiKey })).toThrow(BROKEN);
  });

  describe('resealing a data key', () => {
    it('keeps the data key, gives it the next version, and no longer needs the old key', () => {
      const before = vaultOf(OLD).createDataKey('alice');
      const apiKey = vaultOf(OLD).seal(before.dataKey, PLACE, KEY);
      const resealed = vaultOf(NEW, OLD).resealDataKey('alice', before.sealed);
      expect(resealed).toMatchObject({ keyId: 'new', version: 2 });
      const after = vaultOf(NEW).openDataKey('alice', resealed);
      expect(after.key.equals(before.dataKey.key)).toBe(true);
      expect(vaultOf(NEW).open(after, PLACE, apiKey).reveal()).toBe(KEY.reveal());
    });

    it('does not open the older seal in place of the newer', () => {
      const vault = vaultOf(OLD);
      const { sealed: older } = vault.createDataKey('alice');
      const newer = vault.resealDataKey('alice', older);
      expect(() => vault.openDataKey('alice', { ...newer, sealed: older.sealed })).toThrow(BROKEN);
      expect(() => vault.resealDataKey('alice', { ...newer, sealed: older.sealed })).toThrow(BROKEN);
    });
  });

  it('shows no key and no secret when it is printed', () => {
    const vault = vaultOf(OLD, NEW);
    const { dataKey, sealed } = vault.createDataKey('alice');
    const opened = vault.open(dataKey, PLACE, vault.seal(dataKey, PLACE, KEY));
    const printed = [vault, dataKey, sealed, opened]
      .flatMap((value) => [inspect(value, { showHidden: true, depth: null }), JSON.stringify(value)])
      .join('\n');
    const bytes = [OLD, NEW].map((entry) => Buffer.from(entry.split(':')[1] ?? '', 'base64'));
    for (const secret of [...bytes, dataKey.key.export(), Buffer.from(KEY.reveal())]) {
      for (const form of [secret.toString('hex'), secret.toString('base64'), secret.toString('latin1')])
        expect(printed).not.toContain(form);
    }
  });
});
