import type { Pod } from '@bulkhead/pod-rules';
import type { AdmissionCriterion } from '../policy.ts';
import type { JudgedProblem } from '../violation.ts';
import { baseImages } from './base-images.ts';
import { capabilities } from './capabilities.ts';
import { cel } from './cel.ts';
import type { RuleContext } from './context.ts';
import { entries } from './entries.ts';
import { misconfigurations, podSecurity } from './from-catalogue.ts';
import { images } from './images.ts';
import { resources } from './resources.ts';
import { secrets } from './secrets.ts';
import { serviceAccounts } from './service-accounts.ts';
import { signatures } from './signatures.ts';
import { volumes } from './volumes.ts';
import { vulnerabilities } from './vulnerabilities.ts';

/**
 * Where a pod breaks a rule: linear in the pod and what is known of its images, but for expressions, which have a budget. Never
 * throws.
 */
export function check(pod: Pod, criterion: AdmissionCriterion, context: RuleContext): Iterable<JudgedProblem> {
  if ('cel' in criterion) return cel(pod, criterion.cel, context.expressions);
  if ('podSecurity' in criterion) return podSecurity(pod, criterion.podSecurity, context);
  if ('misconfigurations' in criterion) return misconfigurations(criterion.misconfigurations, context);
  if ('images' in criterion) return images(criterion.images, context);
  if ('vulnerabilities' in criterion) return vulnerabilities(criterion.vulnerabilities, context);
  if ('baseImages' in criterion) return baseImages(criterion.baseImages, context);
  if ('signatures' in criterion) return signatures(criterion.signatures, context);
  if ('secrets' in criterion) return secrets(criterion.secrets, context);
  if ('capabilities' in criterion) return capabilities(pod, criterion.capabilities);
  if ('volumes' in criterion) return volumes(pod, criterion.volumes);
  if ('resources' in criterion) return resources(pod, criterion.resources);
  if ('labels' in criterion) return entries(pod.labels, 'label', pod.object.subject, criterion.labels);
  if ('annotations' in criterion)
    return entries(pod.annotations, 'annotation', pod.object.subject, criterion.annotations);
  return serviceAccounts(pod, criterion.serviceAccounts);
}
