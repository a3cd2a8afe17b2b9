import { type KubernetesObject, POD_RULES, podOf } from '@bulkhead/pod-rules';
import { textOf } from '../../inventory/reading/text.ts';
import type { WholeFileReader } from '../../reader/reader.ts';
import { misconfigurationReader } from '../misconfiguration-reader.ts';
import type { CheckedRule, MisconfigurationRule, Problem } from '../rule.ts';
import { looksLikeManifest, parseManifest } from './manifest.ts';
import { OBJECT_RULES } from './object-rules.ts';
import { ROLE_RULES } from './role-rules.ts';

const OF_OBJECTS: readonly CheckedRule<KubernetesObject>[] = [...ROLE_RULES, ...OBJECT_RULES];
export const KUBERNETES_RULES: readonly MisconfigurationRule[] = [...POD_RULES, ...OF_OBJECTS];

/** The custom resource definitions of large operators reach some megabytes. */
const MAX_BYTES = 4 * 1024 * 1024;
/** YAML and JSON that are never manifests, so that a project's lock files are not even read. */
const NEVER =
  /(?:^|\/)(?:package(?:-lock)?|composer|npm-shrinkwrap|pnpm-lock|renovate|tsconfig[\w.-]*)\.(?:json|ya?ml)$|(?:^|\/)(?:node_modules|\.git)\//;

/** Kubernetes manifests in YAML and JSON, by what is in them. */
export const kubernetesReader: WholeFileReader = misconfigurationReader({
  id: 'kubernetes-manifest',
  version: 3,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /\.(?:ya?ml|json)$/i.test(path) && !NEVER.test(path),
  *read(content, gap) {
    const text = textOf(content);
    if (!looksLikeManifest(text)) return;
    const manifest = parseManifest(text);
    if (!manifest.ok) {
      gap(manifest.code, manifest.message);
      return;
    }
    if (manifest.limit !== undefined) gap('limit', manifest.limit);
    for (const object of manifest.objects) yield* problemsOf(object);
  },
});

function* problemsOf(object: KubernetesObject): Generator<{ rule: MisconfigurationRule; problem: Problem }> {
  const pod = podOf(object);
  if (pod !== undefined) for (const rule of POD_RULES) for (const problem of rule.check(pod)) yield { rule, problem };
  for (const rule of OF_OBJECTS) for (const problem of rule.check(object)) yield { rule, problem };
}
