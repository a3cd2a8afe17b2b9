import type { ImportContext } from './context.ts';
import type { AdmissionRule } from './shape.ts';

/** Criteria of theirs that one rule of ours says, by name and value. */
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  'runAsPrivileged true': ['kubernetes-privileged'],
  'runAsRoot true': ['kubernetes-run-as-non-root', 'kubernetes-run-as-root'],
  'allowPrivEscalation true': ['kubernetes-privilege-escalation'],
};

/** An `NvAdmissionControlSecurityRule`: what it denies, as far as one criterion of a rule says it alone. */
export function importAdmissionRule({ kind, metadata, spec }: AdmissionRule, context: ImportContext): void {
  const of = `${kind} ${metadata.name}`;
  const rules = spec.rules.flatMap(({ action, disabled, comment, criteria }, index) => {
    const at = `${of}, rule ${index + 1}`;
    if (disabled) {
      context.note(at, 'is disabled: not carried over');
      return [];
    }
    if (action !== 'deny') {
      context.note(at, `has the action ${action}: not carried over; what is allowed is named by exceptions`);
      return [];
    }
    const [criterion] = criteria;
    const rule = criteria.length === 1 && criterion !== undefined ? ruleFor(criterion) : undefined;
    if (rule === undefined) {
      const asked = criteria.map(({ name, op, value }) => `${name} ${op} ${value}`).join(' and ');
      context.note(at, `is not carried over: denies ${asked}`);
      return [];
    }
    const fix = (comment ?? '').trim().slice(0, 500);
    return [{ name: `rule-${index + 1}`, ...(fix !== '' && { fix }), ...rule }];
  });
  if (rules.length === 0) {
    context.note(of, 'has no rule that can be carried over');
    return;
  }
  const mode = spec.config?.mode.toLowerCase() === 'protect' ? 'protect' : 'monitor';
  if (spec.config?.enable === false) context.note(of, 'is not enabled there: here it is in monitor');
  context.add('AdmissionPolicy', context.nameFor('AdmissionPolicy', metadata.name), {
    mode: spec.config?.enable === false ? 'monitor' : mode,
    rules,
  });
}

function ruleFor({ name, op, value }: AdmissionRule['spec']['rules'][number]['criteria'][number]): object | undefined {
  const checks = CHECKS[`${name} ${value.toLowerCase()}`];
  if (checks !== undefined && op === '=') return { misconfigurations: checks };
  const values = value.split(',').map((one) =>
    one
      .trim()
      .replace(/^https?:\/\//, '')
      .replace(/\/$/, ''),
  );
  if (name === 'imageRegistry') {
    const globs = values.map((one) => `${one}/*`);
    if (op === 'containsAny') return { images: { deny: globs } };
    if (op === 'notContainsAny') return { images: { allow: globs } };
  }
  if (name === 'image' && op === 'containsAny') return { images: { deny: values } };
  return undefined;
}
