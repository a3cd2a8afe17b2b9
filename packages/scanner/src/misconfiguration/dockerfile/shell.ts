import type { Dockerfile, Instruction, Stage } from './dockerfile.ts';

/** One command of a RUN instruction, such as `apt-get install -y curl`. */
export interface Command {
  /** Without its folder. */
  readonly program: string;
  readonly words: readonly string[];
  readonly text: string;
  /** The program whose output it reads through a pipe. */
  readonly pipedFrom?: string;
}

/** A RUN instruction and what it calls. */
export interface Run {
  readonly instruction: Instruction;
  readonly commands: readonly Command[];
}

/**
 * The commands of a file's RUN instructions: what stands between `&&`, `||`, `;`, pipes and line ends. Quotes are not
 * taken apart: a separator inside them makes two commands, which is right for `sh -c "a && b"`.
 */
export function runsOf({ stages }: Dockerfile): readonly Run[] {
  return stages.flatMap((stage) => runsOfStage(stage));
}

function runsOfStage(stage: Stage): Run[] {
  return stage.instructions
    .filter(({ keyword }) => keyword === 'RUN')
    .map((instruction) => ({ instruction, commands: commandsOf(instruction) }));
}

function commandsOf(run: Instruction): readonly Command[] {
  const script = [run.exec?.join(' ') ?? run.text, ...run.documents].join('\n');
  const commands: Command[] = [];
  let pipedFrom: string | undefined;
  for (const part of script.split(/(&&|\|\||[;|\n])/)) {
    const words = part
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => word.slice(0, MAX_WORD_LENGTH));
    if (words.length === 0) continue;
    if (words.length === 1 && /^(?:&&|\|\||[;|])$/.test(words[0] ?? '')) {
      pipedFrom = words[0] === '|' ? commands.at(-1)?.program : undefined;
      continue;
    }
    const called = words.slice(
      Math.max(
        0,
        words.findIndex((word) => !BEFORE_A_PROGRAM.test(word)),
      ),
    );
    const program =
      (called[0] ?? '')
        .replace(/^["'(]+/, '')
        .split('/')
        .at(-1) ?? '';
    commands.push({ program, words: called, text: words.join(' '), ...(pipedFrom !== undefined && { pipedFrom }) });
    pipedFrom = undefined;
  }
  return commands;
}

/** Longer than every option and mode; what rules look for in words stays cheap on hostile ones. */
const MAX_WORD_LENGTH = 256;

/** Variables, words that run what follows them, and the shell's own. */
const BEFORE_A_PROGRAM =
  /^(?:[A-Za-z_]\w*=.*|exec|env|time|nice|then|else|do|if|!|\{|\(|set|command|(?:\S*\/)?(?:ba|da|z|a)?sh|-c|-l?c|-[eux]+c?)$/;
