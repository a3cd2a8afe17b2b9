import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FilePart } from '@bulkhead/rpc';
import { z } from 'zod';
import { readPart } from '../read-part.ts';
import { writeWhole } from '../write-whole.ts';

const NAME = /^scan-[0-9a-z]{1,64}\.cdx\.json$/;
/** Who asked fetches it within minutes; each is some MiB. */
const MAX_KEPT = 16;

const Begun = z.object({ id: z.string(), subject: z.record(z.string(), z.unknown()) });
export type BegunScan = z.output<typeof Begun>;

/** Where the SBOMs of scans are, the last of them, and which scan has begun and not ended. */
export class ScanFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  static isId(id: string): boolean {
    return NAME.test(`scan-${id}.cdx.json`);
  }

  /** The scan that an agent before this one began and did not end; forgotten with the question. */
  takeAbandoned(): BegunScan | undefined {
    for (const name of readdirSync(this.#folder)) if (name.endsWith('.part')) rmSync(join(this.#folder, name));
    try {
      return Begun.safeParse(JSON.parse(readFileSync(this.#marker, 'utf8'))).data;
    } catch {
      return undefined;
    } finally {
      this.end();
    }
  }

  /** Notes that a scan begins, and gives where its SBOM is to be written. */
  begin(scan: BegunScan): string {
    writeWhole(this.#marker, JSON.stringify(scan));
    return join(this.#folder, `scan-${scan.id}.part`);
  }

  /** Keeps what was written, and gives its name and size. The oldest go. */
  keep(id: string): { readonly file: string; readonly bytes: number } {
    const file = `scan-${id}.cdx.json`;
    renameSync(join(this.#folder, `scan-${id}.part`), join(this.#folder, file));
    const kept = readdirSync(this.#folder).filter((name) => NAME.test(name));
    const byAge = kept.map((name) => ({ name, at: statSync(join(this.#folder, name)).mtimeMs }));
    const oldest = byAge.toSorted((a, b) => b.at - a.at).slice(MAX_KEPT);
    for (const { name } of oldest) rmSync(join(this.#folder, name));
    return { file, bytes: statSync(join(this.#folder, file)).size };
  }

  /** Notes that no scan is under way. */
  end(): void {
    rmSync(this.#marker, { force: true });
  }

  discard(id: string): void {
    rmSync(join(this.#folder, `scan-${id}.part`), { force: true });
  }

  /** What stands in an SBOM from an offset on, by the name of its file; nothing where there is none of that name. */
  async read(name: string, offset: number, maxBytes: number): Promise<FilePart | undefined> {
    return NAME.test(name) ? readPart(join(this.#folder, name), offset, maxBytes) : undefined;
  }

  get #marker(): string {
    return join(this.#folder, 'begun.json');
  }
}
