import type { Dockerfile } from './sarif/dockerfile.ts';

/** How a scan can be written. */
export const REPORT_FORMATS = [
  'table',
  'json',
  'sarif',
  'cyclonedx',
  'spdx-json',
  'junit',
  'gitlab',
  'html',
  'template',
  'openvex',
] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What a report is made with, beside the scan itself. */
export interface ReportOptions {
  readonly tool: { readonly name: string; readonly version: string };
  /** When the report is made, in milliseconds since the epoch. Only formats that must carry a time show it. */
  readonly createdAt: number;
  /** Whether the table and the JSON report list every package and not only those with findings. */
  readonly listPackages?: boolean;
  /** Table only: the width of the terminal in columns, and whether it shows colours. */
  readonly columns?: number;
  readonly colour?: boolean;
  /** SARIF only: what the image was built from; results then point at the instruction that made the layer. */
  readonly dockerfile?: Dockerfile;
  /** SARIF only: where the scanned folder lies in the repository, without slashes at its ends. */
  readonly pathPrefix?: string;
  /** Template only: the text of the template. */
  readonly template?: string;
}

/** A report is one text, or several where a limit of its readers demands it (SARIF). */
export type ReportText = Iterable<string>;
