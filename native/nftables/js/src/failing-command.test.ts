import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findFailingCommand } from './failing-command.ts';

describe('findFailingCommand', () => {
  it('finds the first command that is refused, wherever it stands', async () => {
    const lists = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(lists, async (isGood) => {
        const commands = isGood.map((good, place) => ({ good, place }));
        const accepts = async (prefix: readonly { good: boolean }[]) => prefix.every(({ good }) => good);

        const found = await findFailingCommand(commands, accepts);

        expect(found).toEqual(commands.find(({ good }) => !good));
      }),
    );
  });

  it('asks few questions about a long list', async () => {
    let questions = 0;
    const commands = Array.from({ length: 1000 }, (_, place) => place);

    const found = await findFailingCommand(commands, async (prefix) => {
      questions += 1;
      return prefix.length <= 700;
    });

    expect(found).toBe(700);
    expect(questions).toBeLessThanOrEqual(11);
  });
});
