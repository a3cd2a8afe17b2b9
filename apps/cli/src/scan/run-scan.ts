import type { AdvisoryDatabase } from '@bulkhead/advisory-db';
import { formatCount, systemClock } from '@bulkhead/core';
import {
  applyIgnoreEntries,
  applyVex,
  buildReport,
  type DatabaseStatus,
  endOfLife,
  explainFindings,
  type Finding,
  filterFindings,
  type Inventory,
  lateByDays,
  type MatchResult,
  matchInventory,
  misconfigurationFindings,
  type ReportOptions,
  type ReportParts,
  readVex,
  renderReport,
  type ScanReport,
  type ScanSubject,
  secretFindings,
  type VexStatement,
} from '@bulkhead/scanner';
import { type Io, writeAll } from '../io.ts';
import { LiveLine } from '../output/live-line.ts';
import { advisoriesAge } from './advisories-age.ts';
import { createdAt } from './created-at.ts';
import { openAdvisories } from './database.ts';
import { exitCodeOf } from './exit.ts';
import { readInputs, type ScanInputs } from './inputs.ts';
import type { ScanCommandOptions } from './options.ts';
import { Phases } from './phases.ts';
import { checkOutput, writeReport } from './write-report.ts';

/** What a command found, before anybody judged it. */
export interface Scanned {
  readonly subject: ScanSubject;
  readonly inventory: Inventory;
  /** How it was judged already, by others: then no database of this machine is asked. */
  readonly judged?: { readonly findings: readonly Finding[]; readonly database?: DatabaseStatus };
  /** Steps of the reading, for `--debug`. */
  readonly phases?: readonly { readonly name: string; readonly ms: number }[];
}

export interface ScanRun {
  readonly options: ScanCommandOptions;
  readonly io: Io;
  readonly version: string;
  /** What the report is written with beyond the options every command has. */
  readonly report?: Pick<ReportOptions, 'dockerfile' | 'pathPrefix'>;
  /** Whether others may have judged it: then a database of this machine is opened only where they have not. */
  readonly mayBeJudged?: boolean;
  /** Reads what is to be scanned. */
  readonly read: (line: LiveLine) => Promise<Scanned>;
}

/**
 * Runs a scan from the check of its inputs to the exit code. The result goes to standard output or `--output`, whole or
 * not at all; what is said about it goes to standard error.
 */
export async function runScan(run: ScanRun): Promise<number> {
  const { options, io } = run;
  const phases = new Phases();
  phases.end('start');
  const made = createdAt(process.env);
  const [inputs] = await Promise.all([readInputs(options), checkOutput(options.output)]);
  let database = run.mayBeJudged === true ? undefined : await openAdvisories(options, io);
  const line = new LiveLine(io);
  try {
    phases.end('inputs and database');
    const scanned = await run.read(line);
    line.clear();
    phases.end('read');
    phases.inside(scanned.phases ?? []);
    if (run.mayBeJudged === true && scanned.judged === undefined) database = await openAdvisories(options, io);
    const report = await judge(scanned, { options, inputs, database, io });
    phases.end('match');
    const shown = filterFindings(report, {
      ...(options.severity !== undefined && { severities: options.severity }),
      ...(options.ignoreUnfixed !== undefined && { ignoreUnfixed: options.ignoreUnfixed }),
    });
    await write(shown, report, run, inputs, made);
    phases.end('write');
    if (report.packages.length === 0 && options.scanners.includes('vuln')) io.stderr.write(NOTHING_FOUND);
    io.stderr.write(summaryOf(shown, report));
    if (options.debug === true) await writeAll(io.stderr, phases.lines());
    return exitCodeOf(shown, options);
  } finally {
    line.clear();
    database?.close();
  }
}

interface Judging {
  readonly options: ScanCommandOptions;
  readonly inputs: ScanInputs;
  readonly database: AdvisoryDatabase | undefined;
  readonly io: Io;
}

async function judge(scanned: Scanned, judging: Judging): Promise<ScanReport> {
  const { subject, inventory } = scanned;
  const { inputs, database, io } = judging;
  const now = systemClock.now();
  const matched = matchedOf(scanned, database, now);
  const found: readonly Finding[] = [
    ...(matched?.findings ?? []),
    ...(await misconfigurationFindings(inventory)),
    ...secretFindings(inventory),
  ];
  const statements = [...(await statementsOf(database, found)), ...inputs.statements];
  const about = { subject, ...(inventory.os !== undefined && { os: inventory.os }) };
  const stated = applyVex(found, statements, about);
  const { findings, expired } = applyIgnoreEntries(stated, inputs.entries, now);
  for (const { origin, id } of expired) io.stderr.write(`note: ${origin}: the entry for ${id} has expired\n`);
  const status = scanned.judged?.database ?? database?.status();
  const parts: ReportParts = {
    subject,
    inventory: { ...inventory, gaps: [...inventory.gaps, ...(matched?.gaps ?? [])] },
    findings,
    scanners: judging.options.scanners,
    ...(status !== undefined && { database: status }),
    ...(matched?.endOfLife !== undefined && { endOfLife: matched.endOfLife }),
  };
  return buildReport(parts);
}

/** Nothing where nobody looked for vulnerabilities. */
function matchedOf(
  { inventory, judged }: Scanned,
  database: AdvisoryDatabase | undefined,
  now: number,
): (Pick<MatchResult, 'gaps' | 'endOfLife'> & { readonly findings: readonly Finding[] }) | undefined {
  const { os, kernel } = inventory;
  if (judged !== undefined) {
    const end = os && endOfLife(os, now);
    return { findings: judged.findings, gaps: [], ...(end !== undefined && { endOfLife: end }) };
  }
  if (database === undefined) return undefined;
  return matchInventory(inventory, database, { now, ...(kernel !== undefined && { runningKernel: kernel.release }) });
}

/** Statements that came with the database, about what was found. */
async function statementsOf(
  database: AdvisoryDatabase | undefined,
  findings: readonly Finding[],
): Promise<readonly VexStatement[]> {
  if (database === undefined) return [];
  const names = new Set(
    findings.flatMap((finding) => (finding.kind === 'vulnerability' ? [finding.id, ...finding.aliases] : [])),
  );
  const documents = new Set([...names].flatMap((name) => database.statements(name)));
  const read = await Promise.all(
    [...documents].map((document) => readVex(Buffer.from(JSON.stringify(document)), database.file)),
  );
  return read.flat();
}

async function write(
  shown: ScanReport,
  report: ScanReport,
  { options, io, version, report: extra }: ScanRun,
  inputs: ScanInputs,
  made: number,
): Promise<void> {
  if (options.explain !== undefined) {
    const lines = [...explainFindings(report, options.explain)];
    const none = `${options.explain} was not found in ${report.subject.name}\n`;
    await writeReport([lines.length === 0 ? [none] : lines], options.output, io);
    return;
  }
  const toScreen = options.output === undefined ? screenOf(io) : {};
  const texts = await renderReport(options.format, shown, {
    tool: { name: 'bulkhead', version },
    createdAt: made,
    ...(options.listAllPkgs !== undefined && { listPackages: options.listAllPkgs }),
    ...(inputs.template !== undefined && { template: inputs.template }),
    ...toScreen,
    ...extra,
  });
  await writeReport(texts, options.output, io);
}

/** Silence about an image without a package database says nothing about the programs in it. */
const NOTHING_FOUND = 'note: no package was found, so that no vulnerability could be\n';

/** Narrower than this, tables are harder to read than lines that wrap. */
const MIN_COLUMNS = 80;

function screenOf({ stdout }: Io): { readonly columns?: number; readonly colour?: boolean } {
  const { isTTY, columns } = stdout as { readonly isTTY?: boolean; readonly columns?: number };
  if (isTTY !== true) return {};
  return {
    ...(columns !== undefined && { columns: Math.max(MIN_COLUMNS, columns) }),
    // https://no-color.org
    colour: (process.env['NO_COLOR'] ?? '') === '',
  };
}

function summaryOf(shown: ScanReport, report: ScanReport): string {
  const counted = shown.findings.filter(({ suppressed }) => suppressed === undefined).length;
  const hidden = report.findings.length - shown.findings.length;
  const age = report.database && advisoriesAge(report.database.checkedAt);
  const late = report.database && lateByDays(report.database, systemClock.now());
  const parts = [
    formatCount(report.packages.length, 'package'),
    `${formatCount(counted, 'finding')}${hidden === 0 ? '' : ` (${hidden} more are not shown)`}`,
    ...(age === undefined ? [] : [age]),
    ...(late === undefined ? [] : [`the newest of them ${formatCount(late, 'day')} old`]),
    ...(report.os?.endOfLifeReached === true ? ['past its end of life'] : []),
    ...(report.status === 'partial' ? [`partial: ${formatCount(report.gaps.length, 'gap')}`] : []),
  ];
  return `scanned ${JSON.stringify(report.subject.name)}: ${parts.join(', ')}\n`;
}
