import tseslint from 'typescript-eslint';

const roomRule = (message, patterns) => ({
  'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }],
});

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
