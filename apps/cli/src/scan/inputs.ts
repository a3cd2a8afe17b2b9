import { readFile } from 'node:fs/promises';
import { type IgnoreEntry, readIgnoreFile, readVex, type VexStatement } from '@bulkhead/scanner';
import { CliError, unreadableFile } from '../error.ts';
import type { ScanCommandOptions } from './options.ts';

/** The documents a scan is judged and written by. */
export interface ScanInputs {
  readonly statements: readonly VexStatement[];
  readonly entries: readonly IgnoreEntry[];
  readonly template?: string;
}

/** Reads them before anything is scanned: a mistake in one shows at once and not after minutes. */
export async function readInputs(options: ScanCommandOptions): Promise<ScanInputs> {
  if (options.format === 'template' && options.template === undefined) {
    throw new CliError('USAGE', { what: '--format template needs a template', fix: 'name one with --template' });
  }
  if (options.format !== 'template' && options.template !== undefined) {
    throw new CliError('USAGE', {
      what: '--template is given',
      why: 'the format is another',
      fix: 'add --format template',
    });
  }
  const [vex, ignored, template] = await Promise.all([
    Promise.all(options.vex.map(async (file) => readVex(await read(file), file))),
    Promise.all(options.ignorefile.map(async (file) => readIgnoreFile(await read(file), file))),
    options.template === undefined ? undefined : read(options.template),
  ]);
  return {
    statements: vex.flat(),
    entries: ignored.flat(),
    ...(template !== undefined && { template: template.toString('utf8') }),
  };
}

/** The whole of a file. */
export async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw unreadableFile(file, cause);
  }
}
