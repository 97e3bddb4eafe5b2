import fc from 'fast-check';

/** Names that every object has, that code looks for, or that are awkward to write. `__proto__` is refused: see `inputs.spec.ts`. */
const AWKWARD_KEYS = [
  '',
  ' ',
  'toString',
  'toJSON',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'valueOf',
  'then',
  'length',
  'a.b',
  'a/b~c',
  '$where',
  '0',
  '-1',
  'null',
  '\u{1F600}',
  'e\u0301',
  '\u2028',
  "'; drop table onboarding_sessions; --",
  '\\u0000',
  'k'.repeat(5000),
];

/** Any character but NUL. The unit `binary` of fast-check is nearly the same, and takes a second to make a table of all of them. */
const character = fc
  .oneof(fc.integer({ min: 1, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map(String.fromCodePoint, codePointOf);

/** Text that PostgreSQL can hold: any Unicode but NUL. */
const text = fc.oneof(fc.string({ unit: character }), fc.constantFrom(...AWKWARD_KEYS));

/** The way back, by which fast-check finds awkward texts of its own that consist of such characters. */
function codePointOf(value: unknown): number {
  const [only = '', ...others] = typeof value === 'string' ? value : '';
  if (only === '' || others.length > 0) throw new Error('Not one character.');
  return only.codePointAt(0) ?? 0;
}

const key = fc.oneof(fc.constantFrom(...AWKWARD_KEYS), fc.string(), text).filter((name) => name !== '__proto__');

/** Those that are exact: integers beyond are refused. */
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
);

const { value, document } = fc.letrec<{ value: unknown; document: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('document'),
  ),
  document: fc.dictionary(key, tie('value'), { maxKeys: 6, noNullPrototype: true }),
}));

/** As JSON has it: there is no negative zero. */
const asJson = <T>(given: T): T => JSON.parse(JSON.stringify(given)) as T;

/** Any JSON value that the service promises to keep just as it came. */
export const jsonValue: fc.Arbitrary<unknown> = value.map(asJson);

/** Any JSON object of that sort. */
export const jsonDocument: fc.Arbitrary<Record<string, unknown>> = document.map(asJson);
