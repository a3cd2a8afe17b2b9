import { readFileSync } from 'node:fs';
import { problemsOfIssues, problemText } from '@bulkhead/core';
import { z } from 'zod';
import { AgentError } from '../error.ts';
import { writeWhole } from '../write-whole.ts';

const Held = z.strictObject({
  rule: z.string(),
  /** Milliseconds since 1970. */
  since: z.number(),
  reason: z.string(),
  netns: z.string(),
  /** What it is cut off by: ids of workloads, and paths of their network namespace. */
  names: z.array(z.string()),
});
/** What a rule has cut off. */
export type Held = z.output<typeof Held>;

const Content = z.strictObject({
  held: z.array(Held),
  /** Rules that stopped, by their name, as they were then. */
  stopped: z.record(z.string(), z.string()),
});
export type QuarantineContent = z.output<typeof Content>;

/** What the rules of an agent with policy files have cut off, over its restarts. Never read as empty when it is not. */
export class QuarantineFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws for a file that is not ours: to begin anew would let out who is cut off. */
  read(): QuarantineContent {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { held: [], stopped: {} };
      throw this.#unreadable(String(error), error);
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw this.#unreadable('it is no JSON', error);
    }
    const parsed = Content.safeParse(value);
    if (parsed.success) return parsed.data;
    const [problem] = problemsOfIssues(parsed.error.issues);
    throw this.#unreadable(problem === undefined ? 'it is something else' : problemText(problem), parsed.error);
  }

  write(content: QuarantineContent): void {
    writeWhole(this.#path, JSON.stringify(content));
  }

  #unreadable(why: string, cause: unknown): AgentError {
    const fix = 'restore it; or remove it, which lets everybody out whom rules have cut off';
    return new AgentError('UNREADABLE_FILE', { what: `cannot use "${this.#path}"`, why, fix }, { cause });
  }
}
