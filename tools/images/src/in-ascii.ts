/** Everything that is not ASCII, with the backslashes before it. */
const OTHERS = /(\\*)([^\0-\x7f])/g;

/**
 * The same program in ASCII. V8 keeps a text of it with a byte a character, and one with two where a single dash in a comment needs
 * them: of a bundle of a megabyte that is another megabyte for as long as the process lives.
 *
 * What is not ASCII has to be in comments, names, strings, expressions or templates that nobody asks for their raw text.
 */
export function inAscii(program: string): string {
  return program.replace(OTHERS, (_, backslashes: string, other: string) => {
    const escape = `\\u${other.charCodeAt(0).toString(16).padStart(4, '0')}`;
    // A backslash that stands before it to no purpose is the one of the escape.
    return backslashes.length % 2 === 0 ? backslashes + escape : backslashes + escape.slice(1);
  });
}
