/**
 * Stands in the bundled command for what Pulumi loads only to serialize functions: the TypeScript
 * compiler and npm's dependency reader, two thirds of its start-up.
 */
export {};
