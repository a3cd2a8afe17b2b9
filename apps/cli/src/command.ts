import { InvalidArgumentError, Option } from 'commander';

/** What a command line asks for. Commands load what they need when they run: `--help` costs nothing else. */
export interface Outcome {
  exitCode: number;
}

/** `--format`, of which the first is what people get. */
export function formatOption(formats: readonly string[]): Option {
  return new Option('--format <format>', 'how to print').choices([...formats]).default(formats[0]);
}

/** Parses a number within bounds. */
export function numberBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`it must be a number from ${least} to ${most}`);
  };
}

/** Command lines with what they are good for, to stand below a command's help. */
export function examples(...lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, what]) => `  ${command.padEnd(width)}  # ${what}\n`).join('')}`;
}
