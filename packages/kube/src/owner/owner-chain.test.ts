import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controllerOf, type OwnerReference, ownerChain } from './owner-chain.ts';

const DEPLOYMENT = { kind: 'Deployment', name: 'web', uid: 'd' };
const REPLICA_SET = { kind: 'ReplicaSet', name: 'web-1', uid: 'r' };

describe('ownerChain', () => {
  it('names the owners nearest first, as far as they are known', () => {
    const known = new Map([['r', DEPLOYMENT]]);

    expect(ownerChain(REPLICA_SET, (uid) => known.get(uid))).toEqual([
      { kind: 'ReplicaSet', name: 'web-1' },
      { kind: 'Deployment', name: 'web' },
    ]);
    expect(ownerChain(undefined, () => DEPLOYMENT)).toEqual([]);
  });

  it('ends in any web of owners', () => {
    const uid = fc.integer({ min: 0, max: 40 }).map(String);
    fc.assert(
      fc.property(fc.dictionary(uid, uid), uid, (owners, first) => {
        const owner = (id: string): OwnerReference => ({ kind: 'K', name: id, uid: id });
        const chain = ownerChain(owner(first), (id) => (owners[id] === undefined ? undefined : owner(owners[id])));

        expect(chain.length).toBeLessThanOrEqual(16);
        expect(new Set(chain.map(({ name }) => name)).size).toBe(chain.length);
      }),
    );
  });
});

describe('controllerOf', () => {
  it('is the owner that manages the object, and no other', () => {
    const other = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'n' };
    const manager = { apiVersion: 'apps/v1', controller: true, ...REPLICA_SET };
    const metadata = { name: 'p', uid: 'p', resourceVersion: '1' };

    expect(controllerOf({ metadata: { ...metadata, ownerReferences: [other, manager] } })).toEqual(REPLICA_SET);
    expect(controllerOf({ metadata: { ...metadata, ownerReferences: [other] } })).toBeUndefined();
    expect(controllerOf({ metadata })).toBeUndefined();
  });
});
