import { type ImportContext, plainName } from './context.ts';
import type { DlpRule } from './shape.ts';

/** An `NvDlpSecurityRule` as a sensor with a pattern of its own for each of theirs. It alerts, unless a group of theirs denies. */
export function importDlpRule({ kind, metadata, spec }: DlpRule, context: ImportContext): void {
  const of = `${kind} ${metadata.name}`;
  const { name, comment, rules } = spec.sensor;
  const ids = new Set<string>();
  const patterns = rules.flatMap((rule) => {
    if (rule.patterns.length > 1)
      context.note(of, `rule ${rule.name}: each of its patterns counts for itself, not all together`);
    return rule.patterns.flatMap(({ op, value, context: where }, index) => {
      if (op !== 'regex') {
        context.note(of, `rule ${rule.name}: the condition ${op} is not carried over`);
        return [];
      }
      if (where !== 'packet')
        context.note(of, `rule ${rule.name}: is looked for everywhere, not in the ${where} alone`);
      const plain = plainName(rule.name);
      const id = ids.has(plain) || rule.patterns.length > 1 ? `${plain.slice(0, 58)}-${index + 1}` : plain;
      ids.add(id);
      return [{ id, pattern: value, wholeWords: false }];
    });
  });
  if (patterns.length === 0) {
    context.note(of, 'has no pattern that can be carried over');
    return;
  }
  const description = (comment ?? '').slice(0, 500);
  context.add('DataSensor', context.nameFor('DataSensor', name), { description, patterns, action: 'alert' });
}
