import type { Instruction } from '../../dockerfile/instructions.ts';

/** What an image was built from: its text, and the path under which the repository knows it. */
export interface Dockerfile {
  readonly path: string;
  readonly text: string;
}

/** The instructions that made the image: those of the last stage, and of the stages it is built on. */
export function finalStage(instructions: readonly Instruction[]): readonly Instruction[] {
  const stages: { readonly name: string | undefined; readonly base: string; readonly own: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') {
      const words = instruction.argument.split(/\s+/).filter((word) => !word.startsWith('--'));
      const name = words[1]?.toLowerCase() === 'as' ? words[2]?.toLowerCase() : undefined;
      stages.push({ name, base: words[0]?.toLowerCase() ?? '', own: [instruction] });
    } else stages.at(-1)?.own.push(instruction);
  }
  let index = stages.length - 1;
  let result: readonly Instruction[] = [];
  while (index >= 0) {
    const stage = stages[index];
    if (stage === undefined) break;
    result = [...stage.own, ...result];
    // A stage can only build on one before it, so that this ends.
    index = stages.slice(0, index).findLastIndex(({ name }) => name !== undefined && name === stage.base);
  }
  return result;
}
