import { InvalidArgumentError } from 'commander';

/** Words of a closed list, separated by commas, for an option. */
export function parseList<Choice extends string>(text: string, choices: readonly Choice[]): readonly Choice[] {
  return text.split(',').map((word) => {
    const found = choices.find((choice) => choice === word.trim().toLowerCase());
    if (found === undefined) throw new InvalidArgumentError(`it must be some of ${choices.join(', ')}`);
    return found;
  });
}
