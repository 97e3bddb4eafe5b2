import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Rooms that talk to PostgreSQL: only they import the ORM and the driver. */
const DATABASE_ROOMS = [
  'src/storage/postgres/**',
  'src/storage/wire/**',
  'src/onboarding/database/**',
  'src/operations/database/**',
];

const READS_ENVIRONMENT = [
  "MemberExpression[object.name='process'][property.name='env']",
  "MemberExpression[object.name='process'][property.value='env']",
  "VariableDeclarator[init.name='process'] > ObjectPattern > Property[key.name='env']",
  "ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name='env']",
];

const walls = [
  {
    files: ['src/**/*.ts'],
    ignores: DATABASE_ROOMS,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@mikro-orm/*', 'pg', 'pg-protocol'],
              message: 'Only the database rooms know the ORM and the driver.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/ground/config/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...READS_ENVIRONMENT.map((selector) => ({
          selector,
          message: 'Only ground/config reads the environment.',
        })),
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: { 'no-console': 'error' },
  },
];

/** The page for developers shows what any client can: it has the client alone, and nothing of the service. */
const DEMO_WALL = {
  files: ['demo/**/*.ts', 'demo/**/*.tsx'],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ group: ['**/src/**', 'node:*'], message: 'The page knows the API alone, through client/.' }] },
    ],
  },
};

export default tseslint.config(
  { ignores: ['dist/', '.data/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './demo/tsconfig.json', './test/browser/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-extraneous-class': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // What an answer holds is what the test is there to find out.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setTimeout: 'readonly',
        URL: 'readonly',
        AbortController: 'readonly',
        performance: 'readonly',
        module: 'writable',
        globalThis: 'readonly',
      },
    },
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }] },
  },
  ...walls,
  DEMO_WALL,
);
