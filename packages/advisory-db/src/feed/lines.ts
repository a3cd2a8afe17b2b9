/**
 * Cuts a stream of bytes into lines, without their ends, as Latin-1: what is read by lines here is ASCII. A line longer
 * than `maxLength` ends the stream with an error, so that input without line ends takes no memory.
 */
export async function* readLines(pieces: AsyncIterable<Uint8Array>, maxLength: number): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield checked(line, maxLength);
    checked(rest, maxLength);
  }
  if (rest !== '') yield checked(rest, maxLength);
}

function checked(line: string, maxLength: number): string {
  if (line.length > maxLength) throw new LineTooLongError(`it has a line of more than ${maxLength} characters`);
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Thrown for a line that is longer than any real one. */
export class LineTooLongError extends Error {}
