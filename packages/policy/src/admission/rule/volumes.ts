import type { Pod, Value } from '@bulkhead/pod-rules';
import type { VolumeCriterion } from '../policy.ts';
import type { RuleProblem } from '../violation.ts';

/** Where volumes are of a type, or show a folder of the node, that they must not. */
export function* volumes(
  { spec, object: { subject } }: Pod,
  { allow, deny, hostPaths }: VolumeCriterion,
): Generator<RuleProblem> {
  for (const volume of spec.get('volumes').items()) {
    const name = String(volume.get('name').scalar ?? '');
    for (const type of typesOf(volume)) {
      const source = volume.get(type);
      const at = { line: source.exists ? source.line : volume.line, subject };
      if ((allow !== undefined && !allow.includes(type)) || deny?.includes(type) === true) {
        const fix = allow === undefined ? 'Use a volume of another type' : `Use a volume of ${allow.join(', ')}`;
        yield { ...at, message: `volume ${name} is of type ${type}`, fix };
      }
      if (hostPaths === undefined || type !== 'hostPath') continue;
      const path = String(source.get('path').scalar ?? '');
      if (!hostPaths.some((allowed) => isBelow(path, allowed))) {
        const fix = `Remove the volume; allowed are ${hostPaths.join(', ') || 'none'}`;
        yield { ...at, message: `volume ${name} shows ${path} of the node`, fix };
      }
    }
  }
}

/** A volume of which only the name is given is an emptyDir. */
function typesOf(volume: Value): readonly string[] {
  const types = volume.keys().filter((key) => key !== 'name' && volume.get(key).exists);
  return types.length === 0 ? ['emptyDir'] : types;
}

/** Whether a path is a folder or in it. A path with `..` is below nothing: where it leads, nobody reads off it. */
function isBelow(path: string, folder: string): boolean {
  const steps = stepsOf(path);
  const wanted = stepsOf(folder);
  return !steps.includes('..') && wanted.every((step, index) => steps[index] === step);
}

function stepsOf(path: string): readonly string[] {
  return path.split('/').filter((step) => step !== '' && step !== '.');
}
