/**
 * Stands in the bundled command for what Pulumi loads only to serialize functions (the TypeScript
 * compiler, npm's readers of packages) and to drive its own command line: most of its start-up.
 */
export {};
