import { BASELINE_RULES } from './baseline-rules.ts';
import { RESTRICTED_RULES } from './restricted-rules.ts';
import type { PodRule } from './rule.ts';
import { WORKLOAD_RULES } from './workload-rules.ts';

export { lineIn, MANIFEST_YAML } from './manifest-yaml.ts';
export { at, type KubernetesObject, objectOf, type Value } from './object.ts';
export { plainValue } from './plain-value.ts';
export { type Container, POD_KINDS, type Pod, podOf } from './pod.ts';
export { podSecurityRules } from './pod-security.ts';
export { POD_SECURITY_LEVELS, type PodProblem, type PodRule, type PodSecurityLevel } from './rule.ts';
export { sameValue } from './same-value.ts';
export { isSecretName } from './secret-name.ts';

/** Every rule about pods: the Pod Security Standards, then what users expect beyond them. */
export const POD_RULES: readonly PodRule[] = [...BASELINE_RULES, ...RESTRICTED_RULES, ...WORKLOAD_RULES];
