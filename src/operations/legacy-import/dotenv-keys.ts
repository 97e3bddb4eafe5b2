import { PROVIDERS } from '../../ground/providers/providers.js';
import { Secret } from '../../ground/secrets/secret.js';
import type { FoundKey } from './legacy-keys.js';

/** Names of the older back end's variables that ours do not have. */
const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  SERPAPI_KEY: 'serpapi',
  REACT_APP_COPILOTKIT_API_KEY: 'copilotkit',
};

const ASSIGNMENT = /^\s*(?:export\s+)?([\w.]+)\s*=[^\S\n]*(.*)$/;

/** The keys of providers in the files of one environment; of two lines of one name the last counts. */
export function keysOfDotenv(...contents: readonly string[]): readonly FoundKey[] {
  const values = new Map(contents.flatMap((content) => [...parseDotenv(content)]));
  const variables = [
    // The last of a provider's keys counts: ours prefer the first of its variables.
    ...PROVIDERS.flatMap(({ id, variables }) => variables.toReversed().map((variable) => [variable, id] as const)),
    ...Object.entries(OTHER_VARIABLES),
  ];
  return variables.flatMap(([variable, provider]) => {
    const value = values.get(variable);
    const name = variable.startsWith('METAPHOR') ? 'metaphor' : provider;
    return value === undefined ? [] : [{ name, key: new Secret(value), savedAt: null }];
  });
}

/**
 * Variables as python-dotenv reads them: with `export`, in quotes, with a comment after a blank; of two lines of one name the last
 * counts. Node's own parser and npm's `dotenv` cut bare values at any `#`, and trip over a byte order mark.
 */
export function parseDotenv(content: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const lines = content.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index++) {
    const [, name, rest] = ASSIGNMENT.exec(lines[index] ?? '') ?? [];
    if (name === undefined || rest === undefined) continue;
    const quote = rest[0];
    if (quote !== '"' && quote !== `'`) {
      values.set(name, rest.replace(/\s+#.*$/, '').trimEnd());
      continue;
    }
    // A quoted value may go over several lines.
    let text = rest.slice(1);
    let end = endOfQuoted(text, quote);
    let next = index;
    while (end < 0 && next + 1 < lines.length) {
      next += 1;
      text += `\n${lines[next]}`;
      end = endOfQuoted(text, quote);
    }
    // Without an end it is a line that python-dotenv passes over.
    if (end < 0) continue;
    index = next;
    values.set(name, unescape(text.slice(0, end), quote));
  }
  return values;
}

function endOfQuoted(text: string, quote: string): number {
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

/** Single quotes know `\\` and `\'` only. */
function unescape(text: string, quote: string): string {
  return quote === '"'
    ? text.replace(/\\([\\'"abfnrtv])/g, (_, character: string) => ESCAPES[character] ?? character)
    : text.replace(/\\([\\'])/g, '$1');
}
