import { describe, expect, it } from '@jest/globals';
import { Expression, Statement } from './statement.js';

describe('the name of a statement', () => {
  it('begins with its label', () => {
    expect(new Statement('open-session', 'select 1').name).toMatch(/^open-session-[0-9a-f]{16}$/);
  });

  it('is the same for the same text', () => {
    expect(new Statement('a', 'select 1').name).toBe(new Statement('a', 'select 1').name);
  });

  it('differs where only the texts differ', () => {
    expect(new Statement('a', 'select 1').name).not.toBe(new Statement('a', 'select 2').name);
  });

  it.each([
    ['a label as long as a name', 'x'.repeat(63)],
    ['a label that is longer than any name', 'x'.repeat(500)],
  ])('stays within what PostgreSQL tells apart, and differs: %s', (_, label) => {
    const names = ['select 1', 'select 2'].map((text) => new Statement(label, text).name);
    expect(names.map((name) => name.length)).toEqual([63, 63]);
    expect(new Set(names).size).toBe(2);
  });
});

describe('SQL', () => {
  it('is made by its classes alone: a value of the same shape is no SQL', () => {
    const forged = { label: 'forged', name: 'forged', text: 'select 1' };
    // @ts-expect-error -- `npm run types` fails where this is allowed
    const statement: Statement = forged;
    // @ts-expect-error -- the same
    const expression: Expression = forged;
    expect([statement, expression].map((sql) => sql instanceof Statement || sql instanceof Expression)).toEqual([
      false,
      false,
    ]);
  });
});
