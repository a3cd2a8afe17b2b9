import { exportDatabase } from '@bulkhead/advisory-db';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';

export interface ExportCommandOptions {
  readonly db: string;
  readonly output: string;
}

/** `bulkhead db export`: writes the file, and prints what an OCI manifest says of it. */
export async function exportTo(options: ExportCommandOptions, io: Io): Promise<number> {
  const artifact = await exportDatabase(options.db, options.output, io.signal);
  await writeAll(io.stdout, [`${JSON.stringify({ schemaVersion: 1, ...artifact }, undefined, 2)}\n`]);
  return EXIT_OK;
}
