import { ScanError } from '../error.ts';
import type { ReportFormat, ReportOptions, ReportText } from './format.ts';
import type { ScanReport } from './scan-report.ts';

/**
 * Writes a scan in a format: one text, or more where the readers of a format limit its size (SARIF only). A format's
 * code is loaded when it is asked for. Equal scans give equal bytes, but for the time in CycloneDX, SPDX, GitLab's
 * format and OpenVEX, which is `options.createdAt`.
 */
export async function renderReport(
  format: ReportFormat,
  report: ScanReport,
  options: ReportOptions,
): Promise<readonly ReportText[]> {
  switch (format) {
    case 'table':
      return [(await import('./table/table.ts')).tableReport(report, options)];
    case 'json':
      return [(await import('./json/json.ts')).jsonReport(report, options)];
    case 'sarif':
      return (await import('./sarif/sarif.ts')).sarifReports(report, options);
    case 'cyclonedx':
      return [(await import('./cyclonedx/cyclonedx.ts')).cyclonedxReport(report, options)];
    case 'spdx-json':
      return [(await import('./spdx/spdx.ts')).spdxReport(report, options)];
    case 'junit':
      return [(await import('./junit/junit.ts')).junitReport(report, options)];
    case 'gitlab':
      return [(await import('./gitlab/gitlab.ts')).gitlabReport(report, options)];
    case 'html':
      return [(await import('./html/html.ts')).htmlReport(report, options)];
    case 'openvex':
      return [(await import('./openvex/openvex.ts')).openVexReport(report, options)];
    case 'template': {
      if (options.template === undefined) {
        throw new ScanError('INVALID_TEMPLATE', {
          what: 'cannot write a report of the format "template"',
          why: 'there is no template',
          fix: 'name one with --template',
        });
      }
      return [(await import('./template/template-report.ts')).templateReport(report, options.template, options)];
    }
    default:
      throw new ScanError('UNKNOWN_FORMAT', `unknown report format ${JSON.stringify(format satisfies never)}`);
  }
}
