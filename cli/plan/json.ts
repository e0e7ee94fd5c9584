/** A JSON document for people: two spaces, and a last line that ends. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
