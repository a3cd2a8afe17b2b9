import type { MisconfigurationFinding } from '../finding/finding.ts';
import type { Inventory } from '../image/inventory.ts';
import type { Reader } from '../reader/reader.ts';
import { DOCKERFILE_RULES, dockerfileReader } from './dockerfile/dockerfile-reader.ts';
import { KUBERNETES_RULES, kubernetesReader } from './kubernetes/kubernetes-reader.ts';
import type { MisconfigurationRule } from './rule.ts';

/** Every rule, in the order of the reference page. */
export const MISCONFIGURATION_RULES: readonly MisconfigurationRule[] = [...DOCKERFILE_RULES, ...KUBERNETES_RULES];

/** Readers that look for misconfigurations in Dockerfiles and Kubernetes manifests. */
export const MISCONFIGURATION_READERS: readonly Reader[] = [dockerfileReader, kubernetesReader];

const RULE_BY_ID: ReadonlyMap<string, MisconfigurationRule> = new Map(
  MISCONFIGURATION_RULES.map((rule) => [rule.id, rule]),
);

/** The misconfigurations of an inventory with what the catalogue says about each; those of unknown rules are left out. */
export function misconfigurationFindings({
  misconfigurations,
}: Pick<Inventory, 'misconfigurations'>): readonly MisconfigurationFinding[] {
  return misconfigurations.flatMap(({ rule: id, message, line, subject, location }) => {
    const rule = RULE_BY_ID.get(id);
    if (rule === undefined) return [];
    const { severity, title, why, fix, references } = rule;
    return {
      kind: 'misconfiguration' as const,
      id,
      severity,
      title,
      message,
      why,
      fix,
      references,
      ...(subject !== undefined && { subject }),
      location: line === undefined ? location : { ...location, line },
    };
  });
}
