import type { AdmissionException, AdmissionPolicy, AdmissionRule } from '../../admission/policy.ts';
import type { Exchanged } from '../network-policy.ts';
import { resourceRules } from './kinds.ts';
import { type RuleExpression, ruleExpression } from './rule-expression.ts';
import { selectorExpression } from './selector-expression.ts';
import { anyOf, literal } from './text.ts';
import { hasPod, podIn, VARIABLES } from './variables.ts';

const API_VERSION = 'admissionregistration.k8s.io/v1';

/** What the API server has for all rules of one policy, and Bulkhead for each. */
interface Answers {
  readonly action: 'Deny' | 'Warn';
  readonly failurePolicy: 'Fail' | 'Ignore';
}

interface ExportedRule extends Answers {
  readonly rule: AdmissionRule;
  readonly said: Extract<RuleExpression, { expression: string }>;
}

/** Each is a policy of its own. Names of ours have no dots: that of one is never made of that of another. */
const ANSWERS: readonly (Answers & { readonly suffix: string })[] = [
  { action: 'Deny', failurePolicy: 'Fail', suffix: '' },
  { action: 'Deny', failurePolicy: 'Ignore', suffix: '.ignore' },
  { action: 'Warn', failurePolicy: 'Fail', suffix: '.warn' },
  { action: 'Warn', failurePolicy: 'Ignore', suffix: '.warn.ignore' },
];

/**
 * The rules of admission policies that need only the object, as Kubernetes' ValidatingAdmissionPolicies with their bindings: a policy for what
 * denies and one for what warns. They hold without Bulkhead. `now` is in milliseconds since the epoch.
 *
 * They deny nothing that Bulkhead admits at that time: what cannot be said exactly is left out, and a note says so.
 */
export function exportValidatingAdmissionPolicies(policies: readonly AdmissionPolicy[], now: number): Exchanged {
  const notes: string[] = [];
  const documents = policies.flatMap((policy) =>
    exportPolicy(policy, now, (text) => notes.push(`policy ${policy.name}: ${text}`)),
  );
  return { documents, notes };
}

function exportPolicy(policy: AdmissionPolicy, now: number, note: (text: string) => void): readonly object[] {
  const rules = policy.rules.flatMap((rule): readonly ExportedRule[] => {
    const said = ruleExpression(rule.criterion);
    if ('missing' in said) {
      note(`rule ${rule.name}: not exported: ${said.missing}`);
      return [];
    }
    const inexact = holding(policy, rule, now).find(({ containers, images }) => containers ?? images);
    if (inexact !== undefined) {
      note(`rule ${rule.name}: not exported: its exception ${inexact.name} is for some containers or images`);
      return [];
    }
    const { criterion, verdict } = rule;
    const failurePolicy = 'cel' in criterion ? criterion.cel.failurePolicy : 'Fail';
    if (failurePolicy === 'Ignore') {
      note(`rule ${rule.name}: where the expression has no answer nothing is said, not even a warning`);
    }
    return [{ rule, said, action: policy.mode === 'protect' && verdict === 'deny' ? 'Deny' : 'Warn', failurePolicy }];
  });
  const passing = new Set(rules.flatMap(({ rule }) => holding(policy, rule, now)));
  for (const exception of policy.exceptions.filter((one) => passing.has(one))) {
    note(`exception ${exception.name}: does not end there on ${exception.expires}: export again`);
  }
  return ANSWERS.flatMap(({ suffix, ...answers }) => {
    const members = rules.filter(
      ({ action, failurePolicy }) => action === answers.action && failurePolicy === answers.failurePolicy,
    );
    return members.length === 0 ? [] : documentsOf(policy, `bulkhead-${policy.name}${suffix}`, answers, members, now);
  });
}

/** What lets objects pass a rule now. Exceptions for single findings do not: a rule that is exported has none of either kind. */
function holding({ exceptions }: AdmissionPolicy, { name }: AdmissionRule, now: number): readonly AdmissionException[] {
  return exceptions.filter(
    ({ rules, until, misconfigurations, vulnerabilities }) =>
      until > now && rules.includes(name) && misconfigurations === undefined && vulnerabilities === undefined,
  );
}

function documentsOf(
  policy: AdmissionPolicy,
  name: string,
  { action, failurePolicy }: Answers,
  members: readonly ExportedRule[],
  now: number,
): readonly object[] {
  const { selector, exclude } = policy;
  const conditions = [
    ...(selector === undefined ? [] : [selectorExpression(selector)]),
    ...(exclude === undefined ? [] : [`!${selectorExpression(exclude)}`]),
  ];
  const selected = conditions.length === 0 ? 'true' : conditions.join(' && ');
  const unchanged = ['spec', 'metadata.labels', 'metadata.annotations'].map((part) => samePart(part)).join(' && ');
  return [
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'bulkhead' } },
      spec: {
        failurePolicy,
        matchConstraints: { resourceRules: resourceRules(policy.kinds) },
        matchConditions: [
          { name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
          { name: 'has-a-pod', expression: hasPod('object') },
          {
            name: 'changes-the-pod',
            expression: `request.operation != "UPDATE" || !(${hasPod('oldObject')} && ${unchanged})`,
          },
        ],
        variables: [...VARIABLES, { name: 'selected', expression: selected }],
        validations: members.map(({ rule, said }) => validationOf(policy, rule, said, now)),
      },
    },
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'bulkhead' } },
      spec: { policyName: name, validationActions: [action] },
    },
  ];
}

function validationOf(policy: AdmissionPolicy, rule: AdmissionRule, said: ExportedRule['said'], now: number): object {
  const passes = holding(policy, rule, now).map(({ selector }) =>
    selector === undefined ? 'true' : selectorExpression(selector),
  );
  const label = `${policy.name}/${rule.name}: `;
  const fix = rule.fix === undefined ? '' : `; ${rule.fix}`;
  return {
    expression: anyOf(['!variables.selected', ...passes, said.expression]),
    message: `${label}${said.message ?? 'does not hold'}${fix}`.replaceAll('\n', ' '),
    ...(said.messageExpression !== undefined && {
      messageExpression: `${literal(label)} + (${said.messageExpression}) + ${literal(fix)}`,
    }),
  };
}

/** That a part of the pod is as it was. */
function samePart(part: string): string {
  const [now, then] = [podIn('object'), podIn('oldObject')];
  const steps = part.split('.');
  const has = (pod: string): string =>
    steps.map((_, index) => `has(${pod}.${steps.slice(0, index + 1).join('.')})`).join(' && ');
  return `((${has(now)}) ? (${has(then)}) && ${now}.${part} == ${then}.${part} : !(${has(then)}))`;
}
