/** What somebody is to the platform. */
export const ROLES = ['admin', 'operator', 'auditor', 'ci', 'webhook'] as const;
export type Role = (typeof ROLES)[number];

/** A role everywhere, or in one namespace of the orchestrator. */
export interface Binding {
  readonly role: Role;
  readonly namespace?: string | undefined;
}

/** What can be held in one namespace: the rest concerns the whole platform. */
const NAMESPACED = ['workloads', 'events', 'flows', 'incidents', 'captures'] as const;
const PLATFORM = [
  'policies',
  'agents',
  'alerts',
  'images',
  'scans',
  'registries',
  'credentials',
  'accounts',
  'tokens',
  'audit',
] as const;

export type Resource = (typeof NAMESPACED)[number] | (typeof PLATFORM)[number];
export type Permission = `${Resource}:${'read' | 'write'}`;

/** Every permission there is. */
export const PERMISSIONS: readonly Permission[] = [...NAMESPACED, ...PLATFORM].flatMap(
  (resource) => [`${resource}:read`, `${resource}:write`] as const,
);

const READ_WORK = [
  'workloads:read',
  'events:read',
  'flows:read',
  'incidents:read',
  'policies:read',
  'agents:read',
  'alerts:read',
  'images:read',
  'registries:read',
] as const satisfies readonly Permission[];

const GRANTS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  admin: new Set(PERMISSIONS),
  operator: new Set<Permission>([
    ...READ_WORK,
    'workloads:write',
    // What an auditor reads is masked; packets are not.
    'captures:read',
    'incidents:write',
    'policies:write',
    'agents:write',
    'alerts:write',
    'registries:write',
    'images:write',
    'scans:write',
  ]),
  auditor: new Set<Permission>([...READ_WORK, 'accounts:read', 'tokens:read', 'audit:read']),
  ci: new Set<Permission>(['policies:read', 'policies:write', 'images:read', 'scans:write']),
  webhook: new Set<Permission>(['images:read', 'scans:write']),
};

/**
 * Where somebody with these bindings may do something: everywhere, in the namespaces listed, or nowhere (undefined). A
 * binding to a namespace gives nothing that concerns the whole platform.
 */
export function namespacesFor(
  bindings: readonly Binding[],
  permission: Permission,
): 'all' | readonly string[] | undefined {
  const granting = bindings.filter(({ role }) => GRANTS[role].has(permission));
  if (granting.some(({ namespace }) => namespace === undefined)) return 'all';
  const resource = permission.split(':', 1)[0];
  if (!NAMESPACED.some((name) => name === resource)) return undefined;
  const namespaces = [...new Set(granting.flatMap(({ namespace }) => namespace ?? []))].toSorted();
  return namespaces.length === 0 ? undefined : namespaces;
}
