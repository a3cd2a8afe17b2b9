/** JSON without the characters that terminals take for commands: it says the same. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(/\p{Cc}|\p{Cf}/gu, (found) =>
    // Only what lays it out is not within a text.
    found === '\n' ? found : found.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
