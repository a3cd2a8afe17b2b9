import type { Random } from '../../capture/random.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * Writes a random value of a shape: `#` is a digit, `@` a letter, `(A|B)` one of the choices, `(1-9)` a digit of the
 * range, `<yymmdd>` a date of the last century in that order (also with `yyyy`); all else stands for itself.
 */
export function fillShape(shape: string, random: Random): string {
  return shape.replaceAll(/<([ymd]+)>|\((\d)-(\d)\)|\(([^)]+)\)|[#@]/g, (token: string, ...parts: unknown[]) => {
    const [date, first, last, choices] = parts as (string | undefined)[];
    if (date !== undefined) return randomDate(date, random);
    if (first !== undefined) return String(Number(first) + random.below(Number(last) - Number(first) + 1));
    if (choices !== undefined) {
      const all = choices.split('|');
      return all[random.below(all.length)] ?? '';
    }
    return token === '#' ? random.digits(1) : LETTERS.charAt(random.below(LETTERS.length));
  });
}

/** Months have 28 days here, so that every date is one. */
function randomDate(order: string, random: Random): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const year = 1940 + random.below(60);
  return order
    .replace('yyyy', String(year))
    .replace('yy', two(year % 100))
    .replace('mm', two(1 + random.below(12)))
    .replace('dd', two(1 + random.below(28)));
}
