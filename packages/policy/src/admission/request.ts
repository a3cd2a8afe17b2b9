import type { KubernetesObject } from '@bulkhead/pod-rules';

/** What is known of the request that an object comes with, as expressions name it. */
export interface AdmissionRequestFacts {
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly name: string;
  readonly namespace: string;
  readonly operation: string;
  readonly subResource: string;
  readonly dryRun: boolean;
  readonly userInfo: { readonly username: string; readonly uid: string; readonly groups: readonly string[] };
}

/** Of an object that stands in a file: it would be created, by somebody who is not known. */
export function requestOf(
  { apiVersion, kind, name, root }: KubernetesObject,
  namespace: string,
): AdmissionRequestFacts {
  const [group = '', version] = apiVersion.split('/');
  return {
    kind: version === undefined ? { group: '', version: group, kind } : { group, version, kind },
    name: root.get('metadata').get('name').exists ? name : '',
    namespace,
    operation: 'CREATE',
    subResource: '',
    dryRun: false,
    userInfo: { username: '', uid: '', groups: [] },
  };
}
