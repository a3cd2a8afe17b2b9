import type { Workload } from '@bulkhead/core';
import type { Container, Pod } from '@bulkhead/pod-rules';
import { matchesGlob } from '../selection/glob.ts';
import { selects } from '../selection/select.ts';
import { namedImage } from './image-name.ts';
import type { AdmissionException } from './policy.ts';
import type { RuleProblem } from './violation.ts';

/** The exception that lets a problem pass, or the one that did until it expired. */
export interface ExceptionOutcome {
  readonly holds?: AdmissionException;
  readonly expired?: AdmissionException;
}

/** Looks for an exception for what a rule found. One that holds beats one that has expired. */
export function applyingException(
  exceptions: readonly AdmissionException[],
  rule: string,
  problem: RuleProblem,
  subject: Workload,
  pod: Pod,
  now: number,
): ExceptionOutcome {
  return firstOf(
    exceptions.filter((one) => one.rules.includes(rule) && covers(one, problem, subject, pod)),
    now,
  );
}

/** Looks for an exception for one vulnerability in the image of a container. */
export function exceptionForVulnerability(
  exceptions: readonly AdmissionException[],
  vulnerability: string,
  { subject, container }: { readonly subject: Workload; readonly container: Container },
  now: number,
): ExceptionOutcome {
  return firstOf(
    exceptions.filter(
      ({ vulnerabilities, selector, containers, images }) =>
        vulnerabilities?.includes(vulnerability) === true &&
        (selector === undefined || selects(selector, subject)) &&
        isNamed(container, containers, images),
    ),
    now,
  );
}

function firstOf(exceptions: readonly AdmissionException[], now: number): ExceptionOutcome {
  const holds = exceptions.find(({ until }) => now < until);
  if (holds !== undefined) return { holds };
  const [expired] = exceptions;
  return expired === undefined ? {} : { expired };
}

function covers(
  { misconfigurations, vulnerabilities, selector, containers, images }: AdmissionException,
  problem: RuleProblem,
  subject: Workload,
  pod: Pod,
): boolean {
  if (misconfigurations !== undefined && !misconfigurations.includes(problem.misconfiguration ?? '')) return false;
  // One for vulnerabilities has had its say where they were counted.
  if (vulnerabilities !== undefined) return false;
  if (selector !== undefined && !selects(selector, subject)) return false;
  if (containers === undefined && images === undefined) return true;
  // Two containers of one name cannot be told apart by what is said of them: then all must be meant.
  const meant = pod.containers.filter((container) => container.subject === problem.subject);
  return meant.length > 0 && meant.every((container) => isNamed(container, containers, images));
}

function isNamed(
  { spec }: Container,
  containers: readonly string[] | undefined,
  images: readonly string[] | undefined,
): boolean {
  const name = String(spec.get('name').scalar ?? '');
  if (containers !== undefined && !containers.some((glob) => matchesGlob(glob, name))) return false;
  if (images === undefined) return true;
  const image = namedImage(spec.get('image').scalar);
  return image !== undefined && images.some((glob) => matchesGlob(glob, image.name));
}
