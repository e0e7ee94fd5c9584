/** Prints a measured figure of the suite, one line each. */
export function report(name: string, value: number, unit: string): void {
  process.stderr.write(`figure: ${name}: ${value.toFixed(2)} ${unit}\n`);
}
