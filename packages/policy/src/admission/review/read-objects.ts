import { type KubernetesObject, objectOf, POD_KINDS, plainValue, podOf } from '@bulkhead/pod-rules';
import type { PolicyProblem } from '../../document/problem.ts';
import { type RawDocument, readYaml } from '../../document/read-yaml.ts';

/** An object of a file, and where it begins. */
export interface ObjectInFile {
  readonly file: string;
  readonly line: number;
  readonly object: KubernetesObject;
}

export interface ObjectsOfFile {
  readonly objects: readonly ObjectInFile[];
  /** What could not be looked at. */
  readonly problems: readonly PolicyProblem[];
}

type Path = readonly (string | number)[];

/** The manifests of whole platforms have some thousand. */
const MAX_OBJECTS = 5000;

/**
 * Reads the objects of a manifest (YAML or JSON) as Kubernetes' tools do; the items of a list are objects of their own.
 * What is no object, or has no pod where its kind says there is one, is a problem: nobody has looked at it. Never throws.
 */
export function readObjects(file: string, text: string): ObjectsOfFile {
  const raw = readYaml(file, text, 'manifest');
  const problems = raw.problems.map((problem) =>
    /\{\{[^}\n]{0,500}\}\}/.test(text)
      ? { ...problem, message: `${problem.message} (a template has to be rendered first)` }
      : problem,
  );
  const objects: ObjectInFile[] = [];
  for (const document of raw.documents) {
    for (const { value, path } of unlisted(document.value, [])) {
      if (objects.length === MAX_OBJECTS) {
        problems.push({ file, path: [], message: `has more than ${MAX_OBJECTS} objects: split it` });
        return { objects, problems };
      }
      const lineOf = (below: Path): number => document.lineOf([...path, ...below]) ?? 1;
      const object = objectOf(plainValue(value, lineOf));
      const fault = object === undefined ? NO_OBJECT : faultOf(object);
      if (fault !== undefined) problems.push(problemAt(file, document, path, fault));
      else if (object !== undefined) objects.push({ file, line: lineOf([]), object });
    }
  }
  return { objects, problems };
}

/** What is wrong with an object as a whole, and where in it. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

const NO_OBJECT: Fault = { path: [], message: 'is no Kubernetes object: it has no apiVersion and kind' };

function problemAt(file: string, document: RawDocument, path: Path, fault: Fault): PolicyProblem {
  const whole = [...path, ...fault.path];
  const line = document.lineOf(whole);
  return { file, document: document.index, ...(line !== undefined && { line }), path: whole, message: fault.message };
}

function* unlisted(value: unknown, path: Path): Generator<{ readonly value: unknown; readonly path: Path }> {
  const { kind, items } = Object(value) as { readonly kind?: unknown; readonly items?: unknown };
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) {
    yield { value, path };
    return;
  }
  for (const [index, item] of items.entries()) yield* unlisted(item, [...path, 'items', index]);
}

/** What keeps rules from looking into a pod: the API server would refuse it, but a file has not been there yet. */
export function faultOf(object: KubernetesObject): Fault | undefined {
  if (!POD_KINDS.includes(object.kind)) return undefined;
  const pod = podOf(object);
  if (pod === undefined) return { path: [], message: `${object.subject} has no pod: its spec is missing` };
  for (const key of ['containers', 'initContainers', 'ephemeralContainers', 'volumes']) {
    const list = pod.spec.get(key);
    const items = list.items();
    if (!list.exists && key !== 'containers') continue;
    const isList = list.exists && list.keys().length === 0 && list.scalar === undefined;
    if (!isList || (key === 'containers' && items.length === 0)) {
      return {
        path: [],
        message: `${object.subject}: ${key} must be a list${key === 'containers' ? ' with a container' : ''}`,
      };
    }
    if (items.some((item) => item.keys().length === 0)) {
      return { path: [], message: `${object.subject}: an entry of ${key} is no map` };
    }
  }
  return undefined;
}
