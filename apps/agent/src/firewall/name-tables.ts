import { readFileSync, statSync } from 'node:fs';
import { errorLine } from '@bulkhead/core';
import { z } from 'zod';
import { writeWhole } from '../write-whole.ts';
import { NameTable } from './name-table.ts';

/** What is kept of all namespaces; of more, what was told longest ago is not. */
const MAX_KEPT = 65_536;
/** Of the file: so many addresses have less than 8 MiB. What is larger was not written by an agent. */
const MAX_FILE_BYTES = 16 * 2 ** 20;
/** A name is asked for just before the connection is opened that must outlive the agent. */
const SOON_MS = 200;
const FORMAT = 1;

const Kept = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the machine: after it the same numbers are other namespaces. */
  boot: z.string(),
  /** By the key of the namespace, the domain and the address: until when it counts. */
  names: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.number()))),
});

export interface NameTablesOptions {
  readonly file: string;
  /** Of the machine's life since it was started. */
  readonly boot: string;
  /** For people: names are learnt anew where they cannot be kept. */
  readonly onProblem: (problem: string) => void;
}

/**
 * What the workloads of each network namespace were told of domains. With a file it outlives the agent: the agent that comes
 * next must not cut connections to allowed domains off because it has not heard their names itself.
 */
export class NameTables {
  readonly #options: NameTablesOptions | undefined;
  readonly #tables = new Map<string, NameTable>();
  /** Those that nobody has asked for yet: their workloads may not be found yet. */
  readonly #kept: Map<string, NameTable>;
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;

  constructor(options?: NameTablesOptions, now = Date.now()) {
    this.#options = options;
    this.#kept = options === undefined ? new Map() : this.#read(options, now);
  }

  /** The one of a namespace, by its key. */
  of(key: string): NameTable {
    const table = this.#tables.get(key) ?? this.#kept.get(key) ?? new NameTable();
    this.#kept.delete(key);
    this.#tables.set(key, table);
    return table;
  }

  /** Forgets those of namespaces that are not these. */
  retain(keys: { has(key: string): boolean }): void {
    for (const key of this.#tables.keys()) if (!keys.has(key)) this.#tables.delete(key);
  }

  /** Has what was learnt kept, soon. */
  changed(): void {
    if (this.#options !== undefined) this.#timer ??= setTimeout(() => this.#write(), SOON_MS);
  }

  /** Keeps what there is, for the agent that comes next. */
  close(): void {
    if (this.#options !== undefined) this.#write();
  }

  #read({ file, boot, onProblem }: NameTablesOptions, now: number): Map<string, NameTable> {
    try {
      const { size } = statSync(file);
      if (size > MAX_FILE_BYTES) throw new RangeError(`"${file}" has ${size} bytes, more than it can have`);
      const kept = Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (kept.boot !== boot) return new Map();
      return new Map(Object.entries(kept.names).map(([key, domains]) => [key, NameTable.restore(domains, now)]));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        onProblem(`the names that were learnt before are not known any more: ${errorLine(error)}`);
      }
      return new Map();
    }
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { file, boot, onProblem } = this.#options as NameTablesOptions;
    try {
      writeWhole(file, JSON.stringify({ format: FORMAT, boot, names: this.#bounded(Date.now()) }));
      this.#hasFailed = false;
    } catch (error) {
      // Once: it is tried again with every name.
      if (!this.#hasFailed) onProblem(`names that are learnt cannot be kept over a restart: ${errorLine(error)}`);
      this.#hasFailed = true;
    }
  }

  #bounded(now: number): z.output<typeof Kept>['names'] {
    const all = [...this.#kept, ...this.#tables].flatMap(([key, table]) =>
      table.entries(now).map((entry) => ({ key, ...entry })),
    );
    const names: Record<string, Record<string, Record<string, number>>> = {};
    // The oldest first, as a table has them.
    for (const { key, domain, address, until } of all.toSorted((a, b) => a.until - b.until).slice(-MAX_KEPT)) {
      names[key] ??= {};
      names[key][domain] ??= {};
      names[key][domain][address] = until;
    }
    return names;
  }
}

/** Names the machine's life since it was started. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
