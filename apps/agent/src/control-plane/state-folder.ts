import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsOfIssues, problemText } from '@bulkhead/core';
import { z } from 'zod';
import { AgentError } from '../error.ts';
import { writeWhole } from '../write-whole.ts';

const Credentials = z.strictObject({
  agentId: z.string().min(1),
  chainPem: z.string().min(1),
  keyPem: z.string().min(1),
  trustPem: z.string().min(1),
});
export type Credentials = z.output<typeof Credentials>;

const Snapshot = z.strictObject({ version: z.string().min(1), json: z.string() });
export type KeptSnapshot = z.output<typeof Snapshot>;

const Quarantined = z.array(z.string());

/**
 * What an agent of a control plane keeps over restarts: who it is, the last snapshot that it took, and what it was told to cut
 * off. Each is written whole or not at all. A file that cannot be read is an error that names it: to go on without would be another
 * agent, or one without a policy.
 */
export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  get credentials(): Credentials | undefined {
    return this.#read('credentials.json', Credentials);
  }

  get snapshot(): KeptSnapshot | undefined {
    return this.#read('snapshot.json', Snapshot);
  }

  get quarantined(): readonly string[] {
    return this.#read('quarantined.json', Quarantined) ?? [];
  }

  keepCredentials(credentials: Credentials): void {
    this.#write('credentials.json', credentials);
  }

  keepSnapshot(snapshot: KeptSnapshot): void {
    this.#write('snapshot.json', snapshot);
  }

  keepQuarantined(ids: readonly string[]): void {
    this.#write('quarantined.json', ids);
  }

  #read<Value>(name: string, schema: z.ZodType<Value>): Value | undefined {
    const file = join(this.path, name);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unreadable(file, String(error), error);
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw unreadable(file, 'it is no JSON', error);
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [problem] = problemsOfIssues(parsed.error.issues);
    throw unreadable(file, problem === undefined ? 'it is something else' : problemText(problem), parsed.error);
  }

  #write(name: string, value: unknown): void {
    writeWhole(join(this.path, name), JSON.stringify(value));
  }
}

function unreadable(file: string, why: string, cause: unknown): AgentError {
  const fix = 'restore it; or remove it, and the agent enrols or waits for its policy anew';
  return new AgentError('UNREADABLE_FILE', { what: `cannot use "${file}"`, why, fix }, { cause });
}
