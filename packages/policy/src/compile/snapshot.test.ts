import { describe, expect, it } from 'vitest';
import { parseSnapshot, snapshotSources } from './snapshot.ts';

const DOCUMENT = { apiVersion: 'bulkhead.io/v1alpha1', kind: 'WorkloadGroup', metadata: { name: 'api' }, spec: {} };

describe('parseSnapshot', () => {
  it('reads what a compiler made', () => {
    const to = [{ port: 8080, groups: [['web'], []] }];
    const services = [{ address: '10.96.0.1', protocol: 'tcp', port: 80, to }];
    const members = { web: ['10.0.0.1', 'fd00::1'] };
    const snapshot = { version: 'v', documents: [DOCUMENT], members, services };
    expect(parseSnapshot(JSON.parse(JSON.stringify(snapshot)))).toEqual({ ok: true, value: snapshot });
    const text = JSON.stringify(DOCUMENT);
    expect(snapshotSources(snapshot)).toEqual([{ file: 'WorkloadGroup/api', text, document: DOCUMENT }]);
  });

  it.each([
    [{ version: '', documents: [], members: {} }, 'version'],
    [{ version: 'v', documents: [{ ...DOCUMENT, apiVersion: 'v1' }], members: {} }, 'documents.0.apiVersion'],
    [{ version: 'v', documents: [], members: { web: ['shop.example'] } }, 'members.web.0'],
    [{ version: 'v', documents: [], members: { 'not a name': [] } }, 'members.not a name'],
    [{ version: 'v', documents: [], members: {}, services: [{ address: 'web' }] }, 'services.0.address'],
    [null, ''],
  ])('refuses %j', (value, path) => {
    const parsed = parseSnapshot(value);
    expect(!parsed.ok && parsed.problems.map((problem) => problem.path.join('.'))).toContain(path);
  });
});
