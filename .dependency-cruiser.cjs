/**
 * Which part of `src` may import which. Everything in `src` belongs to one room of this list, a folder or a file; a room may
 * import its own files and the rooms on the levels before its own. Neighbours on one level do not know each other.
 */
const LEVELS = [
  // The ground knows nothing of onboarding.
  ['ground/problems', 'ground/secrets'],
  ['ground/providers'],
  ['ground/config'],
  ['ground/http'],
  ['ground/auth'],
  ['ground/health'],
  ['ground/telemetry'],
  // Mechanisms without meaning.
  ['storage/wire', 'storage/vault', 'storage/postgres'],
  ['storage/jobs'],
  // One user at a time.
  ['onboarding/flow'],
  ['onboarding/database'],
  ['onboarding/progress'],
  ['onboarding/steps', 'onboarding/api-keys', 'onboarding/history'],
  ['onboarding/personalization', 'onboarding/live'],
  // All users.
  ['operations/database'],
  ['operations/analytics'],
  ['operations/internal', 'operations/maintenance', 'operations/legacy-import', 'operations/demo'],
  // What puts the service together and starts it.
  ['onboarding.module.ts'],
  ['app.module.ts'],
  ['configure-app.ts'],
  ['cli'],
  ['main.ts'],
];

/** Rooms of which every file may be imported: vocabulary, pure rules, and the commands, which only `main.ts` may import anyway. */
const OPEN = [/^ground\//, /^onboarding\/flow$/, /^cli$/];

/** What may be imported of every other room, by the end of its name. */
const DOORS = '\\.(module|service|routes|record|contract|problems)\\.ts$';

/** Files that may be imported besides. */
const MORE_DOORS = {
  'storage/wire': ['connections', 'statement', 'channel-listener'],
  // `seal.ts` for SealBroken, which the vault throws.
  'storage/vault': ['vault', 'seal'],
  'storage/jobs': ['job-queue'],
  // The service's connections, what commands do as the owner of the schema, and the comparison of entities with migrations.
  'storage/postgres': [
    'orm-options',
    'start-database',
    'owner-connection',
    'source-connection',
    'key-use',
    'schema-difference',
    'jobs-schema',
  ],
  // A user's data as one reads and changes it, and the types of what records give and take.
  'onboarding/database': [
    'document-sizes',
    'unit-of-work',
    'user-database',
    'change-hints',
    'session',
    'snapshot',
    'document-tables',
    'key-store',
    'record',
    'records/posted-data',
    'records/document-record',
    'records/row-times',
    'records/website-url',
  ],
  // The views of events.
  'onboarding/history': ['history.views'],
  'onboarding/live': ['live-sockets', 'async-api'],
  // What a step implements, what routes take from a request, and what rules ask of the deployment and of saved data.
  'onboarding/progress': ['step-handler', 'request-terms', 'deployment', 'saved-facts'],
  'operations/database': ['operator-database'],
  // What jobs and checks run beside the routes.
  'operations/analytics': [
    'analytics-driver',
    'analytics-reads',
    'analytics-refresh',
    'basis',
    'recount/analytics-check',
  ],
  // Classes that commands run; no application has them as services.
  'operations/maintenance': ['key-rotation', 'progress-check'],
  'operations/legacy-import': [
    'legacy-sources',
    'legacy-user',
    'user-import',
    'import-run',
    'import-report',
    'import-undo',
  ],
};

/**
 * Rooms that only these rooms may import, but for their problems. `storage/wire/statement.ts` is where SQL is made and
 * `storage/postgres` has the owner's connection, so no other room can run a statement; the vault opens users' keys.
 */
const GUESTS = {
  'storage/wire': ['onboarding/database'],
  'storage/vault': ['onboarding/database', 'operations/maintenance', 'cli'],
  'storage/postgres': [
    'storage/jobs',
    'onboarding/database',
    'operations/database',
    'operations/maintenance',
    'operations/legacy-import',
    'cli',
  ],
};

const rooms = LEVELS.flat();
const pathOf = (room) => `^src/${room.replaceAll('.', '\\.')}${room.endsWith('.ts') ? '$' : '/'}`;
const isFolder = (room) => !room.endsWith('.ts');

const arrows = LEVELS.flatMap((level, index) =>
  level.map((room) => ({
    name: `${room}-imports-only-what-is-below`,
    severity: 'error',
    from: { path: pathOf(room) },
    to: { path: '^src/', pathNot: [room, ...LEVELS.slice(0, index).flat()].map(pathOf) },
  })),
);

const doors = rooms
  .filter((room) => isFolder(room) && !OPEN.some((open) => open.test(room)))
  .map((room) => ({
    name: `${room}-is-entered-through-its-doors`,
    severity: 'error',
    from: { path: '^src/', pathNot: pathOf(room) },
    to: {
      path: pathOf(room),
      pathNot: [DOORS, ...(MORE_DOORS[room] ?? []).map((file) => `${pathOf(room)}${file}\\.ts$`)],
    },
  }));

const guests = Object.entries(GUESTS).map(([room, from]) => ({
  name: `${room}-is-not-for-every-room`,
  severity: 'error',
  from: { path: '^src/', pathNot: [room, ...from].map(pathOf) },
  to: { path: pathOf(room), pathNot: '\\.problems\\.ts$' },
}));

module.exports = {
  forbidden: [
    {
      name: 'every-file-is-in-a-room',
      severity: 'error',
      // Also a file that neither imports nor is imported. One with 100 dependents is found by their arrows.
      module: { path: '^src/', pathNot: rooms.map(pathOf), numberOfDependentsLessThan: 100 },
      from: {},
    },
    ...arrows,
    ...doors,
    ...guests,
    {
      name: 'the-flow-is-pure',
      severity: 'error',
      from: { path: pathOf('onboarding/flow'), pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['onboarding/flow', 'ground/problems', 'ground/config/wizard-flows.ts'].map(pathOf) },
    },
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
      from: { orphan: true, pathNot: ['^src/main\\.ts$', '^src/cli/', '\\.spec\\.ts$'] },
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
