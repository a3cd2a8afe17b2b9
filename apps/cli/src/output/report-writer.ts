import { errorLine, type Verdict } from '@bulkhead/core';
import { type FileFailure, isAlarming, jsonLine, jsonReport, MAX_TABLE_ROWS } from '@bulkhead/dlp';
import { explain } from '../error.ts';
import { type Io, writeAll } from '../io.ts';
import { Spool } from './spool.ts';

export const FORMATS = ['table', 'json', 'jsonl', 'ocsf'] as const;
export type Format = (typeof FORMATS)[number];

interface Judged {
  readonly verdict: Verdict;
}

/** How the records of one command look. */
export interface ReportShape<Counts extends { readonly file: string }, Finding extends Judged> {
  readonly compare: (a: Finding, b: Finding) => number;
  readonly table: (counts: Counts, findings: readonly Finding[], total: number) => string;
  /** A finding as an OCSF event, where the command offers that format. */
  readonly ocsf?: (finding: Finding) => object;
}

/** The findings of the file that is being looked into. */
export interface OpenFile<Counts, Finding> {
  add(finding: Finding): void;
  /** The file was looked into as a whole. */
  complete(counts: Counts): Promise<void>;
  /** It was not: what was found so far is not shown, because it would pass for all there is. */
  fail(error: unknown): Promise<void>;
}

/**
 * Writes a report. `table`, `jsonl` and `ocsf` write each file when it is done; `json` writes one whole document at the
 * end or nothing. A file that failed is named on stderr at once, and in every machine format that has a place for it:
 * OCSF has events alone.
 */
export class ReportWriter<Counts extends { readonly file: string }, Finding extends Judged> {
  readonly #shape: ReportShape<Counts, Finding>;
  readonly #format: Format;
  readonly #io: Io;
  readonly #done: { readonly counts: Counts; readonly spool: Spool<Finding> }[] = [];
  readonly #failures: FileFailure[] = [];
  #findings = 0;
  #alarming = 0;

  constructor(shape: ReportShape<Counts, Finding>, format: Format, io: Io) {
    this.#shape = shape;
    this.#format = format;
    this.#io = io;
  }

  /** Files that could not be looked into. */
  get failures(): number {
    return this.#failures.length;
  }

  /** Findings in the files that were looked into as a whole. */
  get findings(): number {
    return this.#findings;
  }

  /** Those of them whose verdict is `alert` or stricter. */
  get alarming(): number {
    return this.#alarming;
  }

  open(file: string): OpenFile<Counts, Finding> {
    const spool = new Spool<Finding>(this.#shape.compare);
    let alarming = 0;
    return {
      add: (finding) => {
        if (isAlarming(finding)) alarming += 1;
        spool.add(finding);
      },
      complete: (counts) => {
        this.#findings += spool.length;
        this.#alarming += alarming;
        return this.#complete(counts, spool);
      },
      fail: (error) => {
        spool.close();
        return this.#fail(file, error);
      },
    };
  }

  /** Ends the report. Nothing is written when nothing could be looked into. */
  async finish(): Promise<void> {
    if (this.#format !== 'json' || this.#done.length === 0) return;
    const files = this.#done.map(({ counts, spool }) => ({ counts, findings: spool.lines() }));
    await writeAll(this.#io.stdout, jsonReport(files, this.#failures));
    for (const { spool } of this.#done) spool.close();
  }

  async #fail(file: string, error: unknown): Promise<void> {
    const failure = { file, ...explain(error, `cannot inspect ${JSON.stringify(file)}`) };
    this.#failures.push(failure);
    await writeAll(this.#io.stderr, [`${errorLine(failure.message)}\n`]);
    if (this.#format === 'jsonl') await writeAll(this.#io.stdout, [jsonLine('error', failure)]);
  }

  async #complete(counts: Counts, spool: Spool<Finding>): Promise<void> {
    if (this.#format === 'json') {
      this.#done.push({ counts, spool });
      return;
    }
    await writeAll(this.#io.stdout, this.#lines(counts, spool));
    spool.close();
  }

  #lines(counts: Counts, spool: Spool<Finding>): Iterable<string> {
    if (this.#format === 'table') return this.#table(counts, spool);
    if (this.#format === 'jsonl') return records(counts, spool.lines());
    const { ocsf = (finding): object => finding } = this.#shape;
    // What was serialised here is what was added here.
    return spool.lines().map((line) => `${JSON.stringify(ocsf(JSON.parse(line) as Finding))}\n`);
  }

  #table(counts: Counts, spool: Spool<Finding>): string[] {
    return [this.#shape.table(counts, spool.first(MAX_TABLE_ROWS), spool.length)];
  }
}

function* records(counts: { readonly file: string }, lines: Iterable<string>): Generator<string> {
  const { file } = counts;
  for (const line of lines) yield `{"kind":"finding","file":${JSON.stringify(file)},${line.slice(1)}\n`;
  yield jsonLine('file', counts);
}
