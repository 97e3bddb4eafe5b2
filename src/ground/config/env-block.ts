import { parseEnv } from 'node:util';

/** Mark the lines that the service writes for a developer's other programs. The service itself ignores them. */
const BLOCK_START =
  '# >>> keys saved in local development: for other programs, the onboarding service does not read them';
const BLOCK_END = '# <<< keys saved in local development';

const ASSIGNMENT = /^([A-Z][A-Z0-9_]*)=/;

interface Parts {
  /** The text before the block and after it, byte for byte. */
  readonly before: string;
  readonly block: ReadonlyMap<string, string>;
  readonly after: string;
}

/** Each line with its line break, so that everything outside the block can be written back unchanged. */
function linesOf(content: string): readonly string[] {
  return content.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Editors may have changed the line breaks, or dropped the last one. */
function isMark(line: string | undefined, mark: string): boolean {
  return line?.trimEnd() === mark;
}

/** After a merge or an edit there may be several blocks, or one without its end: their lines still count as the block's. */
function split(content: string): Parts {
  const lines = linesOf(content);
  const outside = { before: '', after: '' };
  const block = new Map<string, string>();
  let place: keyof typeof outside = 'before';
  for (let at = 0; at < lines.length; at++) {
    if (isMark(lines[at], BLOCK_START)) {
      place = 'after';
      const end = endOfBlock(lines, at + 1);
      for (const line of lines.slice(at + 1, end)) {
        const name = ASSIGNMENT.exec(line)?.[1];
        if (name) block.set(name, line.trimEnd());
      }
      at = isMark(lines[end], BLOCK_END) ? end : end - 1;
    } else {
      outside[place] += lines[at];
    }
  }
  return { ...outside, block };
}

/** The line that ends the block. Where it is missing, the block ends with the assignments that follow its start. */
function endOfBlock(lines: readonly string[], from: number): number {
  const mark = lines.findIndex((line, at) => at >= from && (isMark(line, BLOCK_END) || isMark(line, BLOCK_START)));
  if (isMark(lines[mark], BLOCK_END)) return mark;
  const other = lines.findIndex((line, at) => at >= from && !ASSIGNMENT.test(line));
  return other === -1 ? lines.length : other;
}

/** The variables of a file, without those of the block: one user's key must not become everybody's after a restart. */
export function parseEnvFile(content: string): Readonly<Record<string, string | undefined>> {
  const { before, after } = split(content);
  return parseEnv(before + after);
}

/** The variables of the block alone. */
export function parseEnvBlock(content: string): Readonly<Record<string, string | undefined>> {
  return parseEnv([...split(content).block.values()].join('\n'));
}

/** A value as it is written after `=`; null if it cannot be written on one line. */
function quote(value: string): string | null {
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value)) return null;
  if (/^[\w.:/+=@%,-]+$/.test(value)) return value;
  if (!value.includes(`'`)) return `'${value}'`;
  // Inside double quotes these have a meaning to parsers, and to a shell that runs the file.
  return /["\\$`]/.test(value) ? null : `"${value}"`;
}

/** The file with the variable set in the block, and every other line unchanged; null if the value cannot be written. */
export function withVariable(content: string, name: string, value: string): string | null {
  const text = quote(value);
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
  if (block.size === 0) return before + after;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  return `${before}${gap}${BLOCK_START}\n${[...block.values()].join('\n')}\n${BLOCK_END}\n${after}`;
}
