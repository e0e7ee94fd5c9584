import tseslint from 'typescript-eslint';

const roomRule = (message, patterns) => ({
  'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }],
});

/** Numbers of lib/network/ports.ts that mean nothing else here: they stand in that file alone. */
const ports =
  '2379|2380|2381|4149|4789|6443|9099|10248|10249|10250|10255|10256|10257|10259|21362|51820|30000|32767|65535';
const portRule = {
  'no-restricted-syntax': [
    'error',
    ...[
      `:not(Property[key.name='id']) > Literal[raw=/^(${ports})$/]`,
      `Literal[value=/^(22|53|123|443|${ports})$/]`,
      `Property[key.name=/[pP]orts?$/] > Literal[raw=/^(22|53|80|123|443)$/]`,
      `Literal[value=/:(22|53|443|${ports})$/]`,
      `TemplateElement[value.raw=/(:|port )(22|53|80|123|443|${ports})\\b/]`,
    ].map((selector) => ({ selector, message: 'Name the port: lib/network/ports.ts.' })),
  ],
};

export default tseslint.config(
  { ignores: ['node_modules/**', 'dist/**', 'plan/**', 'coverage/**', 'test/golden/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: roomRule('lib/ is pure: it imports neither Pulumi, cdk8s nor the rooms above it.', [
      '@pulumi/*',
      'cdk8s*',
      'constructs',
      '**/stacks/**',
      '**/constructs/**',
      '**/cli/**',
    ]),
  },
  {
    // The checks keep expected values of their own on purpose: a port that is wrong here fails there.
    files: ['lib/**/*.ts', 'stacks/**/*.ts', 'constructs/**/*.ts', 'cli/**/*.ts'],
    ignores: ['lib/network/ports.ts', 'lib/aws/**', 'lib/standard/**', 'lib/conformance/**'],
    rules: portRule,
  },
  {
    files: ['constructs/**/*.ts'],
    rules: roomRule('constructs/ imports lib/ and cdk8s only.', [
      '@pulumi/*',
      '**/stacks/**',
      '**/cli/**',
    ]),
  },
  {
    files: ['stacks/**/*.ts'],
    rules: roomRule('stacks/ never imports the command.', ['**/cli/**']),
  },
  {
    files: ['cli/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
