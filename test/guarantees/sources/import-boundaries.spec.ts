import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { scratchDirectory } from '../../support/process/scratch-directory.js';

const CONFIGURATION = resolve('.dependency-cruiser.cjs');
const CRUISER = resolve('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { name: string } }[];
    readonly ruleSetUsed: { readonly forbidden: readonly { name: string; from: Paths; to?: Paths; module?: Paths }[] };
  };
}

interface Paths {
  readonly path?: string;
  readonly pathNot?: string;
}

/** Runs what `npm run boundaries` runs, with the repository's rules, on the `src` of a directory. */
function cruise(directory: string): Cruise {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [CRUISER, 'src', '--config', CONFIGURATION, '--output-type', 'json'],
    { cwd: directory, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as Cruise;
}

/** Violations as lines: rule, importing file and imported file, or only the file where the rule is about a file. */
const violationsOf = ({ summary }: Cruise) =>
  summary.violations
    .map(({ rule, from, to }) => (from === to ? `${rule.name}: ${from}` : `${rule.name}: ${from} → ${to}`))
    .sort();

const IMPORTS_UP = 'imports-only-what-is-below';
const INSIDE = 'is-entered-through-its-doors';
const NOT_FOR_ALL = 'is-not-for-every-room';

/** A kind of import, the importing and the imported file, and the rules that forbid it. */
const FORBIDDEN: readonly (readonly [string, string, string, ...string[]])[] = [
  [
    'up a floor',
    'ground/http/a.ts',
    'storage/vault/vault.ts',
    `ground/http-${IMPORTS_UP}`,
    `storage/vault-${NOT_FOR_ALL}`,
  ],
  ['up a floor, to a door', 'ground/health/a.ts', 'onboarding/steps/a.service.ts', `ground/health-${IMPORTS_UP}`],
  [
    'up two floors',
    'storage/postgres/a.ts',
    'operations/maintenance/key-rotation.ts',
    `storage/postgres-${IMPORTS_UP}`,
  ],
  [
    'up a floor, to all users',
    'onboarding/personalization/a.ts',
    'operations/internal/a.service.ts',
    `onboarding/personalization-${IMPORTS_UP}`,
  ],
  ['up within a floor', 'ground/config/a.ts', 'ground/http/b.ts', `ground/config-${IMPORTS_UP}`],
  [
    'up within a floor, to a door',
    'onboarding/database/a.ts',
    'onboarding/progress/a.service.ts',
    `onboarding/database-${IMPORTS_UP}`,
  ],
  ['from a spec', 'ground/secrets/a.spec.ts', 'ground/providers/a.ts', `ground/secrets-${IMPORTS_UP}`],
  ['of a neighbour', 'onboarding/steps/b.ts', 'onboarding/api-keys/a.service.ts', `onboarding/steps-${IMPORTS_UP}`],
  [
    'of a neighbour by the history',
    'onboarding/history/b.ts',
    'onboarding/steps/a.service.ts',
    `onboarding/history-${IMPORTS_UP}`,
  ],
  [
    'of a neighbour among the mechanisms',
    'storage/wire/a.ts',
    'storage/vault/a.problems.ts',
    `storage/wire-${IMPORTS_UP}`,
  ],
  [
    'of what puts the service together',
    'operations/maintenance/a.ts',
    'app.module.ts',
    `operations/maintenance-${IMPORTS_UP}`,
  ],
  ['of a command', 'configure-app.ts', 'cli/a.ts', `configure-app.ts-${IMPORTS_UP}`],
  ['of a room’s inside', 'onboarding/progress/b.ts', 'onboarding/database/inside.ts', `onboarding/database-${INSIDE}`],
  [
    'of a folder inside a room',
    'onboarding/api-keys/b.ts',
    'onboarding/database/records/inside.ts',
    `onboarding/database-${INSIDE}`,
  ],
  [
    'of a room’s inside by operations',
    'operations/internal/b.ts',
    'onboarding/api-keys/inside.ts',
    `onboarding/api-keys-${INSIDE}`,
  ],
  ['of a room’s inside by a command', 'cli/b.ts', 'operations/internal/inside.ts', `operations/internal-${INSIDE}`],
  ['of SQL by a feature', 'onboarding/steps/c.ts', 'storage/wire/statement.ts', `storage/wire-${NOT_FOR_ALL}`],
  ['of SQL by operations', 'operations/maintenance/b.ts', 'storage/wire/connections.ts', `storage/wire-${NOT_FOR_ALL}`],
  [
    'of the owner’s connection by a feature',
    'onboarding/progress/c.ts',
    'storage/postgres/owner-connection.ts',
    `storage/postgres-${NOT_FOR_ALL}`,
  ],
  [
    'of the vault by a feature',
    'onboarding/api-keys/c.ts',
    'storage/vault/vault.module.ts',
    `storage/vault-${NOT_FOR_ALL}`,
  ],
  ['of vocabulary by the pure rules', 'onboarding/flow/a.ts', 'ground/config/b.ts', 'the-flow-is-pure'],
];

/** A kind of file, and a file that is in no room. */
const UNCLASSIFIED: readonly (readonly [string, string])[] = [
  ['a file in a new folder', 'common/a.ts'],
  ['a file in a new room', 'onboarding/billing/a.ts'],
  ['a file in a new folder whose name starts like that of a room', 'onboarding/flows/a.ts'],
  ['a file on a floor, in no room', 'storage/a.ts'],
  ['a new file at the top', 'worker.ts'],
  ['a spec in a new room', 'ground/colours/a.spec.ts'],
];

const ALLOWED: readonly (readonly [string, string])[] = [
  ['onboarding/steps/z.ts', 'ground/problems/z.ts'],
  ['onboarding/steps/z.ts', 'onboarding/flow/z.ts'],
  ['onboarding/steps/z.ts', 'onboarding/database/z.service.ts'],
  ['onboarding/steps/z.ts', 'onboarding/database/records/z.record.ts'],
  ['onboarding/steps/z.ts', 'onboarding/progress/z.contract.ts'],
  ['onboarding/steps/z.ts', 'storage/wire/z.problems.ts'],
  ['onboarding/database/z.service.ts', 'onboarding/database/records/y.ts'],
  ['onboarding/database/z.service.ts', 'storage/wire/statement.ts'],
  ['operations/internal/z.service.ts', 'onboarding/api-keys/z.service.ts'],
  ['operations/maintenance/z.service.ts', 'storage/vault/vault.ts'],
  ['app.module.ts', 'onboarding/steps/z.routes.ts'],
  ['main.ts', 'cli/z.ts'],
];

describe('the check of imports', () => {
  const directory = scratchDirectory();
  let found: Cruise;

  beforeAll(() => {
    copyFileSync('tsconfig.json', join(directory, 'tsconfig.json'));
    const imports = new Map<string, string[]>();
    const importsOf = (file: string) => imports.get(file) ?? imports.set(file, []).get(file) ?? [];
    for (const [from, to] of [...FORBIDDEN.map(([, ...arrow]) => arrow), ...ALLOWED] as [string, string][]) {
      importsOf(from).push(to);
      importsOf(to);
    }
    for (const [, file] of UNCLASSIFIED) importsOf(file);
    for (const [file, targets] of imports) {
      const path = join(directory, 'src', file);
      const lines = targets.map((target, index) => {
        const address = relative(dirname(file), target).replace(/\.ts$/, '.js');
        return `export * as m${index} from '${address.startsWith('.') ? address : `./${address}`}';\n`;
      });
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, lines.join('') || 'export {};\n');
    }
    found = cruise(directory);
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  it.each(FORBIDDEN)('finds an import %s: %s → %s', (_, from, to, ...rules) => {
    const arrow = ` src/${from} → src/${to}`;
    expect(violationsOf(found).filter((line) => line.endsWith(arrow))).toEqual(
      rules.map((rule) => `${rule}:${arrow}`).sort(),
    );
  });

  it.each(UNCLASSIFIED)('finds %s: %s', (_, file) => {
    expect(violationsOf(found)).toContain(`every-file-is-in-a-room: src/${file}`);
  });

  it('finds nothing else', () => {
    const expected = FORBIDDEN.flatMap(([, from, to, ...rules]) =>
      rules.map((rule) => `${rule}: src/${from} → src/${to}`),
    );
    const others = violationsOf(found).filter((line) => !expected.includes(line) && !line.startsWith('no-orphans'));
    expect(others).toEqual(UNCLASSIFIED.map(([, file]) => `every-file-is-in-a-room: src/${file}`).sort());
  });
});

describe('the sources', () => {
  let found: Cruise;
  beforeAll(() => {
    found = cruise('.');
  });

  it('keep to the rules, all of them', () => {
    expect(found.modules.filter(({ source }) => source.startsWith('src/')).length).toBeGreaterThan(200);
    expect(violationsOf(found)).toEqual([]);
  });

  it('have every room and every door that the rules name', () => {
    const patterns = found.summary.ruleSetUsed.forbidden
      .flatMap(({ from, to, module }) => [from, to, module])
      .flatMap((paths) => [paths?.path, paths?.pathNot])
      .flatMap((pattern) => pattern?.split(/\|(?=\^)/) ?? [])
      .filter((pattern) => pattern.startsWith('^src/'));
    const unused = [...new Set(patterns)].filter(
      (pattern) => !found.modules.some(({ source }) => new RegExp(pattern).test(source)),
    );
    expect(patterns.length).toBeGreaterThan(100);
    expect(unused).toEqual([]);
  });
});
