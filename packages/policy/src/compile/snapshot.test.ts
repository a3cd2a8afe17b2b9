import { problemText } from '@bulkhead/core';
import { describe, expect, it } from 'vitest';
import { parseSnapshot, snapshotSources, sortDocuments } from './snapshot.ts';

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

  it('passes over what came later, and gives the documents of kinds that came later by themselves', () => {
    const later = { ...DOCUMENT, kind: 'HostPolicy', metadata: { name: 'no-telnet', owner: 'ops' }, hint: 1 };
    const to = [{ port: 8080, groups: [['web']], weight: 3 }];
    const services = [{ address: '10.96.0.1', protocol: 'tcp', port: 80, zone: 'a', to }];
    const parsed = parseSnapshot({ version: 'v', documents: [DOCUMENT, later], members: {}, services, made: 'today' });

    expect(parsed).toEqual({
      ok: true,
      value: {
        version: 'v',
        documents: [DOCUMENT, later],
        members: {},
        services: [{ address: '10.96.0.1', protocol: 'tcp', port: 80, to: [{ port: 8080, groups: [['web']] }] }],
      },
    });
    expect(parsed.ok && sortDocuments(parsed.value)).toEqual({ known: [DOCUMENT], unknown: [later] });
  });

  it('refuses what needs something that came later, and says what and what to do', () => {
    const parsed = parseSnapshot({ version: 'v', needs: ['zones'], documents: [], members: {}, zones: {} });
    expect(!parsed.ok && parsed.problems.map(problemText)).toEqual([
      'needs[0]: names "zones", which this version does not know: upgrade it to that of the control plane',
    ]);
  });

  it.each([
    [{ version: '', documents: [], members: {} }, 'version'],
    [{ version: 'v', documents: [{ ...DOCUMENT, apiVersion: 'v1' }], members: {} }, 'documents.0.apiVersion'],
    [{ version: 'v', documents: [], members: { web: ['shop.example'] } }, 'members.web.0'],
    [{ version: 'v', documents: [], members: { 'not a name': [] } }, 'members.not a name'],
    [{ version: 'v', documents: [], members: {}, services: [{ address: 'web' }] }, 'services.0.address'],
    [{ version: 'v', needs: Array.from({ length: 65 }, () => ''), documents: [], members: {} }, 'needs'],
    [null, ''],
  ])('refuses %j', (value, path) => {
    const parsed = parseSnapshot(value);
    expect(!parsed.ok && parsed.problems.map((problem) => problem.path.join('.'))).toContain(path);
  });
});
