import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Manifest, rendered } from './helm.ts';

const FILE = resolve(import.meta.dirname, '../../../deploy/openshift/scc.yaml');
const objects = parseAllDocuments(readFileSync(FILE, 'utf8')).map((one) => one.toJS() as Manifest);
const PLATFORM = {
  worker: { enabled: true, advisories: ['https://osv.example'] },
  api: { store: { postgres: { host: 'pg', existingSecret: 'pg', tls: true } } },
};

interface Binding {
  readonly subjects: readonly { readonly name: string; readonly namespace: string }[];
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
}

describe('the constraints for OpenShift', () => {
  it('are for the service accounts of the chart, all of them and no other', async () => {
    const bound = objects.filter(({ kind }) => kind === 'RoleBinding');
    const subjects = bound.flatMap((one) =>
      (one as unknown as Binding).subjects.map(({ namespace, name }) => `${namespace}/${name}`),
    );
    const accounts = (await rendered(PLATFORM)).filter(({ kind }) => kind === 'ServiceAccount');

    expect(subjects.toSorted()).toEqual(
      accounts.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).toSorted(),
    );
  });

  it('allow the agent what its pod asks for, and nothing of the host beyond that', async () => {
    const scc = objects.find(({ kind }) => kind === 'SecurityContextConstraints');
    const agent = (await rendered(PLATFORM)).find(({ kind }) => kind === 'DaemonSet');
    const pod = ((agent ?? {}) as { readonly spec?: { readonly template: { readonly spec: PodSpec } } }).spec?.template
      .spec;
    if (pod === undefined) throw new Error('the chart has no DaemonSet');

    expect(scc).toMatchObject({
      allowHostNetwork: pod.hostNetwork ?? false,
      allowHostPID: pod.hostPID ?? false,
      allowHostIPC: pod.hostIPC ?? false,
    });
    const kinds = pod.volumes.flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'));
    expect(scc?.['volumes']).toEqual(expect.arrayContaining(kinds));
  });
});
