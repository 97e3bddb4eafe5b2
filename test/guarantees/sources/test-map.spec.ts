import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const MAP = 'test/README.md';

const read = (path: string) => readFileSync(path, 'utf8');

/** Every link of a page that leads into the repository, as it is written. */
const linksOf = (page: string) =>
  [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^https?:/.test(link));

/** The specs that the rows of the map link to, as paths from the root. */
const specsIn = (page: string) =>
  linksOf(
    page
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .join('\n'),
  )
    .filter((link) => link.endsWith('.spec.ts'))
    .map((link) => posix.join('test', link))
    .sort();

/** The names under which GitHub links to a page's headings. */
const anchorsOf = (page: string) =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Whether a link of the map leads to a file, and to a heading if it names one. */
function leadsSomewhere(link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? MAP : posix.join('test', file);
  return existsSync(path) && (anchor === undefined || anchorsOf(read(path)).includes(anchor));
}

describe('the map of the tests', () => {
  const specs = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join('test', name.replaceAll('\\', '/')))
    .filter((path) => path.endsWith('.spec.ts') && !path.includes('/node_modules/'))
    .sort();

  it('has a row for every spec in test/, and none for a file that is not there', () => {
    expect(specs).toContain('test/guarantees/sources/test-map.spec.ts');
    expect(specsIn(read(MAP))).toEqual(specs);
  });

  it('names a source for every guarantee', () => {
    const rows = read(MAP)
      .split('\n')
      .filter((line) => /\]\(guarantees\//.test(line));
    const without = rows.filter((row) => linksOf(row.split('|')[3] ?? '').length === 0);
    expect(rows.length).toBe(specs.filter((path) => path.startsWith('test/guarantees/')).length);
    expect(without).toEqual([]);
  });

  it('has no link that leads nowhere', () => {
    expect(linksOf(read(MAP)).filter((link) => !leadsSomewhere(link))).toEqual([]);
    const wrong = ['api/none.spec.ts', '../docs/security.md#none', '#none'];
    expect(wrong.filter(leadsSomewhere)).toEqual([]);
  });
});
