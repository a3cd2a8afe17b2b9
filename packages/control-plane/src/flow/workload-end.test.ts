import { describe, expect, it } from 'vitest';
import { workloadEnd } from './workload-end.ts';

const ofPod = (pod: string, labels: Record<string, string> = {}) =>
  workloadEnd({ name: 'server', namespace: 'shop', labels, owners: [{ kind: 'Pod', name: pod }] }).name;

describe('the end of a flow', () => {
  it.each([
    ['a Deployment', 'web-7d9f8c5b4-x2x4z', { 'pod-template-hash': '7d9f8c5b4' }, 'web'],
    [
      'a StatefulSet',
      'db-12',
      { 'statefulset.kubernetes.io/pod-name': 'db-12', 'controller-revision-hash': 'x' },
      'db',
    ],
    ['a DaemonSet', 'logs-q9w8e', { 'controller-revision-hash': '5c9', 'pod-template-generation': '1' }, 'logs'],
    ['a Job', 'import-v2sb9', { 'batch.kubernetes.io/job-name': 'import', 'job-name': 'import' }, 'import'],
    ['a CronJob', 'backup-29402161-v2sb9', { 'batch.kubernetes.io/job-name': 'backup-29402161' }, 'backup'],
    ['nobody', 'alone', { app: 'alone' }, 'alone'],
  ])('is called by the controller of pods of %s', (_, pod, labels, name) => {
    expect(ofPod(pod, labels)).toBe(name);
  });

  it.each([
    ['web-7d9f8c5b4-x2x4z', { 'pod-template-hash': 'another' }],
    ['web', { 'pod-template-hash': 'web' }],
    ['-h-x2x4z', { 'pod-template-hash': 'h' }],
    ['db-12', { 'statefulset.kubernetes.io/pod-name': 'db-13' }],
    ['-1', { 'statefulset.kubernetes.io/pod-name': '-1' }],
    ['bank', { 'job-name': 'shop' }],
    ['', { 'job-name': '', 'controller-revision-hash': '' }],
    ['-12345678-abcde', { 'job-name': '-12345678' }],
    ['-abcde', { 'controller-revision-hash': 'x' }],
  ])('is called by the pod %j whose labels %j say nothing of its name', (pod, labels) => {
    expect(ofPod(pod, labels)).toBe(pod);
  });

  it('is called by its topmost owner where more than the pod is known, and by its own name where none is', () => {
    const owners = ['Pod', 'ReplicaSet', 'Deployment'].map((kind) => ({ kind, name: `of ${kind}` }));
    const workload = { name: 'own', namespace: 'shop', labels: {} };

    expect(workloadEnd({ ...workload, owners })).toEqual({
      kind: 'workload',
      namespace: 'shop',
      name: 'of Deployment',
    });
    expect(workloadEnd({ ...workload, namespace: undefined, owners: [] })).toEqual({ kind: 'workload', name: 'own' });
  });
});
