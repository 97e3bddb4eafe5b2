import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseEnv } from 'node:util';
import { parseEnvBlock, parseEnvFile, withoutVariable, withVariable } from './env-block.js';

const [START, , END] = (withVariable('', 'A_KEY', 'x') ?? '').split('\n') as [string, string, string];

/** Values that a provider may issue, and that an attacker may paste. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          '\n',
          '\r',
          '\r\n',
          '\u2028',
          '\u2029',
          '\u0085',
          '\0',
          "'",
          '"',
          '`',
          '\\',
          '\\n',
          '$',
          '${HOME}',
          '$(id)',
        ],
        ...['#', ' #', '=', ' ', 'OTHER=1', 'export ', START, END, 'sk-', 'é', '😀', '\uFEFF'],
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

const name = fc.constantFrom('OPENAI_API_KEY', 'GEMINI_API_KEY', 'HF_TOKEN');

/** Lines that developers have in such files, with every kind of line break, and without one at the end. */
const own = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        ...[
          '',
          '# a comment',
          'PORT=3000',
          "QUOTED='a # b'",
          'SPACED = x y ',
          'export X=1',
          'lower=1',
          'no assignment',
        ],
        ...['OPENAI_API_KEY=of-the-deployment', '  ', '#', '\tINDENTED=1', 'URL=postgres://u:p@h/db?x=1#y'],
      ),
      fc.constantFrom('\n', '\r\n'),
    ),
    { maxLength: 8 },
  )
  .chain((lines) => {
    const all = lines.map(([line, end]) => line + end).join('');
    return fc.constantFrom(all, all.replace(/\r?\n$/, ''));
  });

const written = (content: string, variable: string, value: string): string => {
  const edited = withVariable(content, variable, value);
  if (edited === null) throw new Error(`not written: ${JSON.stringify(value)}`);
  return edited;
};

describe('the file to which keys are written in local development', () => {
  it('holds a value unchanged and on one line, or not at all', () => {
    fc.assert(
      fc.property(own, name, hostile, (content, variable, value) => {
        const edited = withVariable(content, variable, value);
        if (edited === null) return;
        expect(parseEnvBlock(edited)).toEqual({ [variable]: value });
        const lines = edited.slice(edited.indexOf(START)).split('\n');
        expect([lines[0], lines[2]]).toEqual([START, END]);
        expect(parseEnv(lines.slice(0, 3).join('\n'))).toEqual({ [variable]: value });
        expect(edited.slice(edited.indexOf(START))).not.toMatch(/[\r\u2028\u2029\u0085\0]/);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    'a\nB=1',
    'a\rB=1',
    'a\u2028B=1',
    'a\u2029b',
    'a\u0085b',
    'a\0b',
    '\ud800',
    `'"`,
    `'$HOME`,
    `'\\n`,
    "'`id`",
  ])('does not hold %j', (value) => {
    expect(withVariable('PORT=1\n', 'OPENAI_API_KEY', value)).toBeNull();
  });

  it.each([
    'sk-proj-A_b-c.d',
    'with space',
    'a#b',
    'a #b',
    '$HOME',
    '${X}',
    '`id`',
    '$(id)',
    'a\\nb',
    '"quoted"',
    "it's",
    'é😀',
    'a=b==',
    '',
  ])('holds %j', (value) => {
    const edited = written('PORT=1\n', 'OPENAI_API_KEY', value);
    expect(parseEnv(edited)).toEqual({ PORT: '1', OPENAI_API_KEY: value });
  });

  it('keeps every other line byte for byte', () => {
    fc.assert(
      fc.property(own, name, name, fc.base64String(), (content, first, second, value) => {
        const once = written(content, first, value);
        const lead = content === '' || content.endsWith('\n') ? content : `${content}\n`;
        expect(once).toBe(`${lead}${START}\n${first}=${value || "''"}\n${END}\n`);
        expect(withoutVariable(once, first)).toBe(lead);
        const twice = written(once, second, value);
        expect(twice.startsWith(`${lead}${START}\n`)).toBe(true);
        expect(withoutVariable(withoutVariable(twice, first), second)).toBe(lead);
      }),
    );
  });

  it('keeps the lines after the block, and the place of the block', () => {
    fc.assert(
      fc.property(own, own, name, fc.base64String({ minLength: 1 }), (before, after, variable, value) => {
        const lead = before === '' || before.endsWith('\n') ? before : `${before}\n`;
        const content = `${lead}${START}\nSERPER_API_KEY=1\n${END}\n${after}`;
        const edited = written(content, variable, value);
        expect(edited).toBe(`${lead}${START}\nSERPER_API_KEY=1\n${variable}=${value}\n${END}\n${after}`);
        expect(withoutVariable(edited, variable)).toBe(content);
        expect(withoutVariable(content, 'SERPER_API_KEY')).toBe(lead + after);
      }),
    );
  });

  it('is the same after the same write again', () => {
    fc.assert(
      fc.property(own, name, hostile, (content, variable, value) => {
        const once = withVariable(content, variable, value);
        if (once !== null) expect(withVariable(once, variable, value)).toBe(once);
      }),
    );
  });

  it('holds the last value of a variable, and each variable once', () => {
    const content = ['sk-1', 'sk-2', 'sk-3'].reduce((file, value) => written(file, 'OPENAI_API_KEY', value), 'A=1');
    expect(content).toBe(`A=1\n${START}\nOPENAI_API_KEY=sk-3\n${END}\n`);
  });

  it('leaves a file without the variable as it is', () => {
    fc.assert(fc.property(own, (content) => expect(withoutVariable(content, 'XAI_API_KEY')).toBe(content)));
  });
});

describe('what the service itself reads from the file', () => {
  it('is every variable outside the block', () => {
    fc.assert(
      fc.property(own, own, hostile, (before, after, value) => {
        const lead = before === '' || before.endsWith('\n') ? before : `${before}\n`;
        const edited = withVariable(lead + after, 'ZZ_API_KEY', value);
        fc.pre(edited !== null);
        expect(parseEnvFile(edited)).toEqual(parseEnv(lead + after));
        expect(parseEnvFile(edited)).not.toHaveProperty('ZZ_API_KEY');
      }),
    );
  });

  const block = `${START}\nOPENAI_API_KEY=of-a-user\nHF_TOKEN='of a user'\n${END}\n`;

  it.each([
    ['with the line breaks of Windows', `A=1\n${block}B=2\n`.replaceAll('\n', '\r\n')],
    ['with spaces at the ends of lines', `A=1\n${block}B=2\n`.replaceAll('\n', '  \n')],
    ['without its last line break', `A=1\nB=2\n${block}`.trimEnd()],
    ['without its end', `A=1\nB=2\n${block.replace(`${END}\n`, '')}`],
    ['without its end and with other lines behind it', `A=1\n${block.replace(`${END}\n`, '\n')}B=2\n`],
    ['without its end before a comment', `A=1\n${block.replace(END, '# mine')}B=2\n`],
    ['twice', `A=1\n${block}B=2\n${block}`],
    ['once without its end and once with it', `A=1\n${block.replace(`${END}\n`, '')}${block}B=2\n`],
  ])('is not the block %s', (_how, content) => {
    expect(parseEnvFile(content)).toEqual({ A: '1', B: '2' });
    expect(parseEnvBlock(content)).toEqual({ OPENAI_API_KEY: 'of-a-user', HF_TOKEN: 'of a user' });
    const mended = written(content, 'XAI_API_KEY', 'x');
    expect(parseEnvFile(mended)).toEqual({ A: '1', B: '2' });
    expect(mended.split('\n').filter((line) => line.trimEnd() === START)).toHaveLength(1);
    expect(parseEnvBlock(mended)).toEqual({ OPENAI_API_KEY: 'of-a-user', HF_TOKEN: 'of a user', XAI_API_KEY: 'x' });
  });

  it('is the deployment’s own value where a user has saved one of the same name', () => {
    const content = written('OPENAI_API_KEY=of-the-deployment\n', 'OPENAI_API_KEY', 'of-a-user');
    expect(parseEnvFile(content)).toEqual({ OPENAI_API_KEY: 'of-the-deployment' });
  });
});
