import type { ScanReport } from '@bulkhead/scanner';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import type { ScanCommandOptions } from './options.ts';

/**
 * What a scan that came to its end exits with: `--exit-on-eol` for a system past its end, 1 where something could not be
 * looked at and nobody allowed that, `--exit-code` where a finding counts, else 0.
 */
export function exitCodeOf(
  report: ScanReport,
  options: Pick<ScanCommandOptions, 'exitCode' | 'exitOnEol' | 'allowPartial'>,
): number {
  if (report.os?.endOfLifeReached === true && options.exitOnEol !== undefined) return options.exitOnEol;
  if (report.status === 'partial' && options.allowPartial !== true) return EXIT_FAILURE;
  return report.findings.some(({ suppressed }) => suppressed === undefined) ? options.exitCode : EXIT_OK;
}
