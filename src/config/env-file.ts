import { parseEnv } from 'node:util';

/** Around the lines that the service writes for other programs of a developer. It passes over them itself. */
const BLOCK_START =
  '# >>> keys saved in local development: for other programs, the onboarding service does not read them';
const BLOCK_END = '# <<< keys saved in local development';

interface Parts {
  readonly before: readonly string[];
  readonly block: ReadonlyMap<string, string>;
  readonly after: readonly string[];
}

function split(content: string): Parts {
  const lines = content.split('\n');
  const start = lines.indexOf(BLOCK_START);
  if (start === -1) return { before: lines, block: new Map(), after: [] };
  const end = lines.indexOf(BLOCK_END, start);
  // Without its end the block is nobody's: its lines are like any others.
  if (end === -1) return { before: lines.filter((line) => line !== BLOCK_START), block: new Map(), after: [] };
  const block = new Map(
    lines.slice(start + 1, end).flatMap((line) => {
      const name = /^([A-Z][A-Z0-9_]*)=/.exec(line)?.[1];
      return name ? [[name, line] as const] : [];
    }),
  );
  return { before: lines.slice(0, start), block, after: lines.slice(end + 1) };
}

/** The variables of a file, without those of the block: one user's key must not become everybody's after a restart. */
export function parseEnvFile(content: string): Readonly<Record<string, string | undefined>> {
  const { before, after } = split(content);
  return parseEnv([...before, ...after].join('\n'));
}

/** The variables of the block alone. */
export function parseEnvBlock(content: string): Readonly<Record<string, string | undefined>> {
  return parseEnv([...split(content).block.values()].join('\n'));
}

/** What a value looks like behind `=`. Null where it cannot be written on one line. */
function quoted(value: string): string | null {
  if (/[\p{Cc}\u2028\u2029]/u.test(value)) return null;
  if (/^[\w.:/+=@%,-]+$/.test(value)) return value;
  const quote = [`'`, `"`, '`'].find((mark) => !value.includes(mark));
  // Inside double quotes and backticks a backslash or a dollar sign may mean something to a reader.
  if (quote === undefined || (quote !== `'` && /[\\$]/.test(value))) return null;
  return quote + value + quote;
}

/** The file with the variable set in the block, and every other line as it is. Null where the value cannot be written. */
export function withVariable(content: string, name: string, value: string): string | null {
  const text = quoted(value);
  if (text === null) return null;
  const { before, block, after } = split(content);
  return join({ before, block: new Map(block).set(name, `${name}=${text}`), after });
}

/** The file without the variable in the block. */
export function withoutVariable(content: string, name: string): string {
  const { before, block, after } = split(content);
  return join({ before, block: new Map([...block].filter(([other]) => other !== name)), after });
}

function join({ before, block, after }: Parts): string {
  if (block.size === 0) return [...before, ...after].join('\n');
  const lead = before.join('\n');
  // A file that does not end in a line break gets one; one that is empty gets none.
  const gap = lead === '' || lead.endsWith('\n') ? '' : '\n';
  const rest = after.length === 0 ? '' : after.join('\n');
  return `${lead}${lead === '' ? '' : gap}${BLOCK_START}\n${[...block.values()].join('\n')}\n${BLOCK_END}\n${rest}`;
}
