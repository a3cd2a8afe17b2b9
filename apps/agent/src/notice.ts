/** Says something on standard error that needs nobody to act at once. */
export function notice(text: string): void {
  process.stderr.write(`notice: ${text}\n`);
}
