/** Ends a line, or makes one look like another: control and format characters, and the separators of Unicode. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Text from outside as one line of at most `maxLength` UTF-16 units: whatever could end the line, hide text or turn its
 * direction is U+FFFD. Every format puts every field through this first, and then through its own escaping.
 */
export function line(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return cut.toWellFormed().replace(UNPRINTABLE, '\uFFFD');
}
