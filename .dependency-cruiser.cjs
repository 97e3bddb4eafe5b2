/** Which module may import which: each may use those before it, nothing points back up. */
const floors = [
  ['http'],
  ['providers'],
  ['config'],
  ['vault', 'steps', 'auth'],
  ['database'],
  ['progress'],
  ['api-keys', 'onboarding-data'],
  ['personalization'],
];

const above = (level) => floors.slice(level).flat();

/** Neighbours on one floor do not know each other. */
const rules = floors.flatMap((floor, level) =>
  floor.map((name) => ({
    name: `${name}-stays-on-its-floor`,
    severity: 'error',
    from: { path: `^src/${name}/` },
    to: {
      path: `^src/(${[...above(level).filter((other) => other !== name), 'health', 'watching', 'cli'].join('|')})/`,
    },
  })),
);

module.exports = {
  forbidden: [
    ...rules,
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['^src/main.ts$', '^src/cli/', '\\.spec\\.ts$'] },
      to: {},
    },
    {
      name: 'packages-are-declared',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'tools-stay-out',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
