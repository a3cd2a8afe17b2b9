import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Binding, namespacesFor, PERMISSIONS, type Permission, ROLES } from './role.ts';

describe('namespacesFor', () => {
  it('gives a role everywhere what it may do, and nothing else', () => {
    expect(namespacesFor([{ role: 'auditor' }], 'audit:read')).toBe('all');
    expect(namespacesFor([{ role: 'auditor' }], 'policies:write')).toBeUndefined();
    expect(namespacesFor([{ role: 'ci' }], 'events:read')).toBeUndefined();
    expect(namespacesFor([{ role: 'operator' }], 'accounts:write')).toBeUndefined();
    expect(namespacesFor([], 'events:read')).toBeUndefined();
  });

  it('keeps a binding to a namespace in that namespace, and away from what concerns the platform', () => {
    const bindings = [
      { role: 'operator', namespace: 'shop' },
      { role: 'auditor', namespace: 'bank' },
    ] as const;

    expect(namespacesFor(bindings, 'events:read')).toEqual(['bank', 'shop']);
    expect(namespacesFor(bindings, 'incidents:write')).toEqual(['shop']);
    expect(namespacesFor([{ role: 'admin', namespace: 'shop' }], 'accounts:write')).toBeUndefined();
    expect(namespacesFor(bindings, 'policies:read')).toBeUndefined();
  });

  it('never gives less for one binding more', () => {
    const binding = fc.record({ role: fc.constantFrom(...ROLES), namespace: fc.constantFrom(undefined, 'a', 'b') });
    fc.assert(
      fc.property(fc.array(binding), binding, fc.constantFrom(...PERMISSIONS), (bindings, more, permission) => {
        const before = held(bindings, permission);
        const after = held([...bindings, more], permission);
        expect([...before].filter((place) => !after.has(place) && !after.has('*'))).toEqual([]);
      }),
    );
  });
});

function held(bindings: readonly Binding[], permission: Permission): ReadonlySet<string> {
  const namespaces = namespacesFor(bindings, permission) ?? [];
  return new Set(namespaces === 'all' ? ['*'] : namespaces);
}
