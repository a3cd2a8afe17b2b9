/** A name from outside as every database takes it: PostgreSQL has no NUL, and neither has half a character. */
export function keptText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
