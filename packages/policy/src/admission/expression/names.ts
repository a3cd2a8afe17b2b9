import type { KnownNames } from './language.ts';

/** What expressions of admission may name, as Kubernetes' ValidatingAdmissionPolicy names it. */
export const ADMISSION_NAMES: KnownNames = {
  object: 'any',
  oldObject: 'any',
  request: {
    dryRun: 'any',
    kind: { group: 'any', kind: 'any', version: 'any' },
    name: 'any',
    namespace: 'any',
    operation: 'any',
    subResource: 'any',
    userInfo: { groups: 'any', uid: 'any', username: 'any' },
  },
  namespaceObject: { metadata: { name: 'any' } },
  variables: { containers: 'any', pod: 'any' },
};

/** As above, of a rule that looks at one container after the other. */
export const CONTAINER_NAMES: KnownNames = { ...ADMISSION_NAMES, container: 'any' };
