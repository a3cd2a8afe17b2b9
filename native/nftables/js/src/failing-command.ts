/**
 * The first element without which the list would be accepted, found by asking about prefixes: nft's JSON form tells
 * what went wrong but not where. Undefined when the whole list is accepted now.
 *
 * `accepts` must be monotonous: a list that begins with a refused one is refused as well. Asks log2(n) + 1 times.
 */
export async function findFailingCommand<Command>(
  commands: readonly Command[],
  accepts: (prefix: readonly Command[]) => Promise<boolean>,
): Promise<Command | undefined> {
  if (await accepts(commands)) return undefined;
  let accepted = 0;
  let refused = commands.length;
  while (refused - accepted > 1) {
    const middle = accepted + ((refused - accepted) >> 1);
    if (await accepts(commands.slice(0, middle))) accepted = middle;
    else refused = middle;
  }
  return commands[refused - 1];
}
