import type { ReportOptions } from '../format.ts';
import { reportDocument } from '../json/document.ts';
import type { ScanReport } from '../scan-report.ts';
import { parseTemplate } from './parse.ts';
import { renderTemplate } from './render.ts';

/** Writes a scan through a template of the user's; its data is the JSON report, every package included. */
export function templateReport(report: ScanReport, template: string, options: ReportOptions): Iterable<string> {
  const nodes = parseTemplate(template);
  return renderTemplate(nodes, reportDocument(report, { ...options, listPackages: true }));
}
