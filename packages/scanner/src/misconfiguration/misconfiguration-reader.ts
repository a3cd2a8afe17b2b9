import { printable } from '@bulkhead/core';
import type { Fact } from '../reader/fact.ts';
import type { Gap, GapCode } from '../reader/gap.ts';
import type { FileEntry, WholeFileReader } from '../reader/reader.ts';
import type { MisconfigurationRule, Problem } from './rule.ts';

/** More in one file say nothing new; a file with ten thousand objects could otherwise fill a report. */
export const MAX_PROBLEMS_PER_FILE = 2000;
const MAX_MESSAGE_LENGTH = 300;

interface Definition {
  readonly id: string;
  readonly version: number;
  readonly maxBytes: number;
  wants(file: FileEntry): boolean;
  /** What is wrong with one file; `gap` says what could not be looked at. */
  read(
    content: Buffer,
    gap: (code: GapCode, message: string) => void,
  ): Iterable<{ readonly rule: MisconfigurationRule; readonly problem: Problem }>;
}

/** Makes a reader of a kind of file whose rules give misconfigurations, sorted by line and rule. */
export function misconfigurationReader(definition: Definition): WholeFileReader {
  const { id, version, maxBytes } = definition;
  return {
    mode: 'whole',
    id,
    version,
    maxBytes,
    wants: (file) => file.kind === 'file' && definition.wants(file),
    read(file, content) {
      const gaps: Gap[] = [];
      const facts: Extract<Fact, { kind: 'misconfiguration' }>[] = [];
      const gap = (code: GapCode, message: string): void => {
        gaps.push({ code, message: printable(message, MAX_MESSAGE_LENGTH), path: file.path, reader: id });
      };
      for (const { rule, problem } of definition.read(content, gap)) {
        if (facts.length === MAX_PROBLEMS_PER_FILE) {
          gap('limit', `more than ${MAX_PROBLEMS_PER_FILE} misconfigurations`);
          break;
        }
        const { line, subject } = problem;
        facts.push({
          kind: 'misconfiguration',
          misconfiguration: {
            rule: rule.id,
            message: printable(problem.message, MAX_MESSAGE_LENGTH),
            ...(line !== undefined && { line }),
            ...(subject !== undefined && { subject: printable(subject, MAX_MESSAGE_LENGTH) }),
          },
        });
      }
      return { facts: facts.toSorted(compareFacts), gaps };
    },
  };
}

function compareFacts(
  { misconfiguration: a }: Extract<Fact, { kind: 'misconfiguration' }>,
  { misconfiguration: b }: Extract<Fact, { kind: 'misconfiguration' }>,
): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}
