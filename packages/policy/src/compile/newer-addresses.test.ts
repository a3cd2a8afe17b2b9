import { describe, expect, it } from 'vitest';
import type { ServiceAddress } from '../network/service.ts';
import { withNewerAddresses } from './newer-addresses.ts';
import type { PolicyDocument, PolicySnapshot } from './snapshot.ts';

function group(name: string, spec: object = {}): PolicyDocument {
  return { apiVersion: 'bulkhead.io/v1alpha1', kind: 'WorkloadGroup', metadata: { name }, spec };
}

function service(address: string, ...groups: readonly string[]): ServiceAddress {
  return { address, protocol: 'tcp', port: 80, to: [{ port: 8080, groups: [groups] }] };
}

function snapshot(documents: readonly PolicyDocument[], more: Partial<PolicySnapshot>): PolicySnapshot {
  return { version: 'v', documents, members: {}, ...more };
}

describe('the addresses of a snapshot whose documents are refused', () => {
  it('take the place of those before, under the documents before', () => {
    const before = snapshot([group('web')], {
      members: { web: ['10.0.0.1'] },
      services: [service('10.96.0.1', 'web')],
    });
    const after = snapshot([group('web'), { ...group('rules'), kind: 'NetworkRuleSet' }], {
      version: 'w',
      members: { web: ['10.0.0.2'] },
      services: [service('10.96.0.2', 'web')],
    });

    expect(withNewerAddresses(before, after)).toEqual({
      ...before,
      members: { web: ['10.0.0.2'] },
      services: [service('10.96.0.2', 'web')],
    });
  });

  it('are those of services of which no more is known, too', () => {
    const before = snapshot([group('web'), group('db')], {
      members: { web: [], db: [] },
      unfollowed: [{ addresses: ['10.96.0.8'], groups: ['db'] }, { addresses: ['10.96.0.7'] }],
    });
    const after = snapshot([group('web'), group('db')], {
      members: { web: [] },
      unfollowed: [{ addresses: ['10.96.0.9'], groups: ['web'] }],
    });
    expect(withNewerAddresses(before, after).unfollowed).toEqual([
      { addresses: ['10.96.0.9'], groups: ['web'] },
      { addresses: ['10.96.0.8'], groups: ['db'] },
    ]);
    expect(withNewerAddresses(before, { ...after, unfollowed: undefined, members: before.members })).not.toHaveProperty(
      'unfollowed',
    );
  });

  it('stay where the newer one means others by a group, or says nothing of it', () => {
    const before = snapshot([group('web'), group('db')], {
      members: { web: ['10.0.0.1'], db: ['10.0.0.3'] },
      services: [service('10.96.0.1', 'web'), service('10.96.0.3', 'db')],
    });
    const after = snapshot([group('web', { mode: 'protect' }), group('db')], {
      members: { web: ['10.0.0.2'] },
      services: [service('10.96.0.1', 'web', 'new')],
    });

    expect(withNewerAddresses(before, after)).toEqual(before);
  });
});
