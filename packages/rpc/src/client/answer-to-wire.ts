import type { PolicyAnswer as WireAnswer } from '../gen/agent/v1/agent.ts';
import { MAX_ANSWER_LINES } from '../wire/limits.ts';
import type { Enforcement, PolicyAnswer } from '../wire/terms.ts';
import { line } from '../wire/text.ts';

/** An answer within the limits of the wire: what is not enforced comes first, and what is more is summed up. */
export function answerToWire({ version, accepted, problems, enforcement }: PolicyAnswer): WireAnswer {
  const places = enforcement.toSorted((a, b) => Number(a.enforced) - Number(b.enforced));
  return {
    version,
    accepted,
    problems: bounded(problems.map(line), (more) => `and ${more} more problems`),
    enforcement: places.slice(0, MAX_ANSWER_LINES).map(({ workloadId, enforced, problem }: Enforcement) => ({
      workloadId,
      enforced,
      problem: line(problem ?? ''),
    })),
  };
}

function bounded(lines: readonly string[], rest: (more: number) => string): string[] {
  if (lines.length <= MAX_ANSWER_LINES) return [...lines];
  return [...lines.slice(0, MAX_ANSWER_LINES - 1), rest(lines.length - MAX_ANSWER_LINES + 1)];
}
