/** An event has at most some hundred flows, each of a few hundred characters. */
export const MAX_LINE = 1024 * 1024;

/** The lines of a text that comes in pieces. What is longer than a line may be is given as undefined. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder();
  let [rest, isTooLong] = ['', false];
  for await (const piece of pieces) {
    const [head = '', ...others] = decoder.decode(piece, { stream: true }).split('\n');
    rest = isTooLong ? '' : rest + head;
    isTooLong ||= rest.length > MAX_LINE;
    for (const next of others) {
      yield isTooLong ? undefined : rest;
      [rest, isTooLong] = [next, next.length > MAX_LINE];
    }
  }
  if (isTooLong) yield undefined;
  else if (rest !== '') yield rest;
}
