import { CodedError } from '@bulkhead/core';
import { formatProblem, type PolicyProblem } from './document/problem.ts';

/** A policy that cannot be used. It carries everything that is wrong with it, not only the first thing. */
export class PolicyError extends CodedError<'INVALID_POLICY'> {
  override name = 'PolicyError';
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[]) {
    const [first] = problems;
    super('INVALID_POLICY', {
      what: `the policy has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`,
      ...(first !== undefined && { why: formatProblem(first) }),
      fix: 'correct it; "bulkhead policy check FILE" lists every problem',
    });
    this.problems = problems;
  }
}
