'use strict';

/** What the fast suite and the suite on real programs have in common. */
module.exports = {
  testEnvironment: 'node',
  // Pulumi keeps its settings among the globals and still reads them while it winds down.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  transform: {
    // The evaluator of CEL is an ES module.
    '^.+\\.ts$|cel-js/lib/.+\\.js$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!@marcbachmann/cel-js/)'],
  // Pulumi loads both to serialize closures, which nothing here does; without them a suite starts
  // three times faster.
  moduleNameMapper: {
    // The entries of package.json, as examples import them.
    '^hardened-cluster$': '<rootDir>/lib/index.ts',
    '^hardened-cluster/stacks$': '<rootDir>/stacks/components.ts',
    '^hardened-cluster/constructs$': '<rootDir>/constructs/index.ts',
    // Only lazy imports carry an extension.
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^typescript$': '<rootDir>/test/support/empty-module.js',
    '^@npmcli/arborist$': '<rootDir>/test/support/empty-module.js',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/plan/'],
};
