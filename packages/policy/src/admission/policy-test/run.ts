import { objectOf, plainValue } from '@bulkhead/pod-rules';
import { type LoadedDocument, loadDocuments, type PolicySource } from '../../document/load.ts';
import type { PolicyProblem } from '../../document/problem.ts';
import { evaluateFileUse } from '../../file/evaluate.ts';
import { filePolicyKind } from '../../file/schema.ts';
import { workloadGroupKind } from '../../group/kind.ts';
import { testFlow } from '../../network/flow-test.ts';
import { networkRuleSetKind } from '../../network/kind.ts';
import type { Policy } from '../../policy.ts';
import { evaluateExecution } from '../../process/evaluate.ts';
import { processPolicyKind } from '../../process/schema.ts';
import type { RuleDecision } from '../../rule/judge.ts';
import { type RuleCase, testDecision } from '../../rule/rule-test.ts';
import { judge } from '../judge.ts';
import { admissionPolicyKind } from '../kind.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { faultOf } from '../review/read-objects.ts';
import { testKnowledge } from './images.ts';
import { policyTestKind } from './kind.ts';
import type { PolicyTest } from './schema.ts';

/** Documents that say nothing of what is tested. */
const OTHER_KINDS = ['DataSensor', 'ResponseRule'];

/** What became of one case. */
export interface CaseResult {
  /** `test/case`. */
  readonly name: string;
  /** Where it was decided otherwise, each with its place. None: as expected. */
  readonly problems: readonly PolicyProblem[];
}

export type PolicyTestOutcome =
  | { readonly ok: true; readonly results: readonly CaseResult[]; readonly policies: number }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** What tests are about beyond admission. */
type Tested = Pick<Policy, 'groups' | 'network' | 'processes' | 'files'>;

/** A use of a program or a file, as a test has it. */
interface UseCase {
  readonly name: string;
  readonly groups: readonly string[];
  readonly expect: Omit<RuleCase, 'groups'>;
}

/**
 * Runs the tests of some files against the admission policies, the network rules and the policies about programs and files
 * in them. `now` is the time where a test names none.
 */
export function runPolicyTests(sources: readonly PolicySource[], now: number): PolicyTestOutcome {
  const documents = loadDocuments(
    sources,
    [admissionPolicyKind, policyTestKind, workloadGroupKind, networkRuleSetKind, processPolicyKind, filePolicyKind],
    OTHER_KINDS,
  );
  if (documents.problems.length > 0) return { ok: false, problems: documents.problems };
  const admission = documents.of(admissionPolicyKind).flatMap(({ value }) => value ?? []);
  const tested: Tested = {
    groups: documents.of(workloadGroupKind).flatMap(({ value }) => value ?? []),
    network: documents.of(networkRuleSetKind).flatMap(({ value }) => value ?? []),
    processes: documents.of(processPolicyKind).flatMap(({ value }) => value ?? []),
    files: documents.of(filePolicyKind).flatMap(({ value }) => value ?? []),
  };
  const results = documents
    .of(policyTestKind)
    .flatMap((document) =>
      document.value === undefined
        ? []
        : [
            ...casesOf(document, document.value, admission, now),
            ...flowsOf(document, document.value, tested),
            ...usesOf(document, 'programs', document.value.programs, tested, (use) =>
              evaluateExecution(use, use.groups, tested),
            ),
            ...usesOf(document, 'files', document.value.files, tested, (use) =>
              evaluateFileUse(use, use.groups, tested),
            ),
          ],
    );
  const policies = [admission, tested.network, tested.processes, tested.files].flat().length;
  return { ok: true, results, policies };
}

function flowsOf(
  document: LoadedDocument<PolicyTest>,
  { name, flows }: PolicyTest,
  policy: Pick<Policy, 'groups' | 'network'>,
): readonly CaseResult[] {
  return flows.map(({ name: own, expect, ...flow }, index) => ({
    name: `${name}/${own}`,
    problems: testFlow({ ...flow, ...expect }, policy).map(({ key, message }) => {
      const path = key === 'from' || key === 'to' ? [key] : ['expect', key];
      return document.problem(['spec', 'flows', index, ...path], message);
    }),
  }));
}

/** Cases of uses of programs and files, under their key in the test. */
function usesOf<Use extends UseCase>(
  document: LoadedDocument<PolicyTest>,
  key: 'programs' | 'files',
  cases: readonly Use[],
  policy: Tested,
  decide: (use: Use) => RuleDecision,
): readonly CaseResult[] {
  return cases.map((use, index) => ({
    name: `${document.name}/${use.name}`,
    problems: testDecision({ groups: use.groups, ...use.expect }, policy, () => decide(use)).map((fault) => {
      const path = fault.key === 'groups' ? [fault.key] : ['expect', fault.key];
      return document.problem(['spec', key, index, ...path], fault.message);
    }),
  }));
}

function casesOf(
  document: LoadedDocument<PolicyTest>,
  { name, namespace, at, cases, images }: PolicyTest,
  policies: readonly AdmissionPolicy[],
  now: number,
): readonly CaseResult[] {
  const time = at === undefined ? now : Date.parse(at);
  const knowledge = testKnowledge(images, policies);
  return cases.map((one, index) => {
    const problem = (path: readonly string[], message: string): PolicyProblem =>
      document.problem(['spec', 'cases', index, ...path], message);
    const result = (...problems: readonly PolicyProblem[]): CaseResult => ({ name: `${name}/${one.name}`, problems });
    const object = objectOf(plainValue(one.object));
    const fault = object === undefined ? undefined : faultOf(object);
    if (fault !== undefined) return result(problem(['object'], fault.message));
    const decision = object === undefined ? undefined : judge(object, namespace, policies, time, knowledge);
    // A kind that is misspelt would be let in by every policy.
    if (decision === undefined) return result(problem(['object'], 'is no pod and makes none: no policy speaks of it'));

    const { verdict, rules } = one.expect;
    const broken = [...new Set(decision.violations.map((violation) => `${violation.policy}/${violation.rule}`))];
    const why = broken.length === 0 ? 'no rule is broken' : `broken are ${broken.join(', ')}`;
    const missing = (rules ?? broken).filter((rule) => !broken.includes(rule));
    const unexpected = broken.filter((rule) => rules !== undefined && !rules.includes(rule));
    return result(
      ...(decision.verdict === verdict
        ? []
        : [problem(['expect', 'verdict'], `expected ${verdict}, is ${decision.verdict}: ${why}`)]),
      ...missing.map((rule) => problem(['expect', 'rules'], `expected ${rule} to be broken: ${why}`)),
      ...unexpected.map((rule) => problem(['expect', 'rules'], `did not expect ${rule} to be broken`)),
    );
  });
}
