import { at, type KubernetesObject, type Value } from '@bulkhead/pod-rules';
import type { CheckedRule } from '../rule.ts';

const GOOD_PRACTICES = 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/';

/** What one rule of a role grants. */
interface Grant {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  /** Names it is narrowed to; none where it is about all. */
  readonly names: readonly string[];
}

const WRITING = ['create', 'update', 'patch', '*'];

/** Rules about roles and who gets them. */
export const ROLE_RULES: readonly CheckedRule<KubernetesObject>[] = [
  role('wildcard-verbs', 'high', 'A role that may do everything', {
    why: 'It also may do what is added to the API later.',
    fix: 'List the verbs that are needed',
    granted: ({ verbs }) => (verbs.includes('*') ? ['verbs: "*"'] : []),
  }),
  role('wildcard-resources', 'high', 'A role for every resource', {
    why: 'It covers secrets, and whatever is added to the API later.',
    fix: 'List the resources that are needed',
    granted: ({ resources }) => (resources.includes('*') ? ['resources: "*"'] : []),
  }),
  role('secrets', 'high', 'A role that may read all secrets', {
    why: 'Tokens of other service accounts are among them. Who may list secrets may read them all.',
    fix: 'Name the secrets with resourceNames and allow get alone',
    granted: ({ resources, verbs, names }) =>
      resources.includes('secrets') && names.length === 0 ? both(verbs, ['get', 'list', 'watch', '*']) : [],
  }),
  role('escalation', 'critical', 'A role that may give itself more', {
    why: 'With escalate, bind or impersonate everything else is one request away.',
    fix: 'Remove the verb, or narrow it with resourceNames',
    granted: ({ verbs, names }) => (names.length === 0 ? both(verbs, ['escalate', 'bind', 'impersonate']) : []),
  }),
  role('exec', 'high', 'A role that may run commands in pods', {
    why: 'Whoever has it is every service account whose pods it reaches.',
    fix: 'Remove pods/exec and pods/attach; keep them for people who debug',
    granted: ({ resources, verbs }) =>
      both(verbs, ['get', ...WRITING]).length > 0
        ? both(resources, ['pods/exec', 'pods/attach', 'pods/ephemeralcontainers'])
        : [],
  }),
  role('nodes-proxy', 'high', 'A role that may talk to the kubelet', {
    why: 'Through nodes/proxy commands run in every pod of a node, past admission and audit.',
    fix: 'Remove nodes/proxy; use nodes/metrics or nodes/stats',
    granted: ({ resources }) => both(resources, ['nodes/proxy']),
  }),
  role('tokens', 'high', 'A role that may issue tokens or approve certificates', {
    why: 'It can become any service account, or any user.',
    fix: 'Remove serviceaccounts/token and certificatesigningrequests/approval',
    granted: ({ resources, verbs }) =>
      both(verbs, WRITING).length > 0
        ? both(resources, ['serviceaccounts/token', 'certificatesigningrequests/approval'])
        : [],
  }),
  role('webhooks', 'high', 'A role that may change admission', {
    why: 'A webhook of its own sees and changes every object that is created.',
    fix: 'Keep webhook configurations to the administrators',
    granted: ({ resources, verbs }) =>
      both(verbs, WRITING).length > 0
        ? both(resources, ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'])
        : [],
  }),
  {
    id: 'kubernetes-cluster-admin',
    severity: 'critical',
    title: 'Somebody is made cluster-admin',
    why: 'Nothing is forbidden to it, in any namespace.',
    fix: 'Bind a role with what is needed',
    references: [GOOD_PRACTICES],
    *check({ kind, root, subject }) {
      const { scalar, line } = at(root, ['roleRef', 'name']);
      if (isBinding(kind) && scalar === 'cluster-admin') yield { message: 'roleRef: cluster-admin', line, subject };
    },
  },
  {
    id: 'kubernetes-anonymous-binding',
    severity: 'critical',
    title: 'A role for everybody',
    why: 'system:anonymous and system:unauthenticated are whoever reaches the API server.',
    fix: 'Bind the role to users, groups or service accounts with a name',
    references: [GOOD_PRACTICES],
    check: ({ kind, root, subject }) =>
      subjectsOf(kind, root)
        .map((one) => one.get('name'))
        .filter(({ scalar }) => scalar === 'system:anonymous' || scalar === 'system:unauthenticated')
        .map(({ scalar, line }) => ({ message: `subject ${String(scalar)}`, line, subject })),
  },
  {
    id: 'kubernetes-default-service-account-binding',
    severity: 'medium',
    title: 'A role for the service account "default"',
    why: 'Every pod that names no other one has it.',
    fix: 'Make a service account for the workload that needs the role',
    references: [GOOD_PRACTICES],
    check: ({ kind, root, subject }) =>
      subjectsOf(kind, root)
        .filter((one) => one.get('kind').scalar === 'ServiceAccount' && one.get('name').scalar === 'default')
        .map(({ line }) => ({ message: 'subject ServiceAccount default', line, subject })),
  },
];

function role(
  id: string,
  severity: 'high' | 'critical',
  title: string,
  {
    why,
    fix,
    granted,
  }: { readonly why: string; readonly fix: string; readonly granted: (grant: Grant) => readonly string[] },
): CheckedRule<KubernetesObject> {
  return {
    id: `kubernetes-role-${id}`,
    severity,
    title,
    why,
    fix,
    references: [GOOD_PRACTICES],
    *check({ kind, root, subject }) {
      if (kind !== 'Role' && kind !== 'ClusterRole') return;
      for (const rule of root.get('rules').items()) {
        const found = granted({
          verbs: texts(rule.get('verbs')),
          resources: texts(rule.get('resources')),
          names: texts(rule.get('resourceNames')),
        });
        if (found.length > 0) yield { message: found.join(', '), line: rule.line, subject };
      }
    },
  };
}

function both(listed: readonly string[], wanted: readonly string[]): readonly string[] {
  return wanted.filter((one) => listed.includes(one));
}

function texts(list: Value): readonly string[] {
  return list.items().flatMap(({ scalar }) => (scalar === undefined ? [] : String(scalar)));
}

function subjectsOf(kind: string, root: Value): readonly Value[] {
  return isBinding(kind) ? root.get('subjects').items() : [];
}

function isBinding(kind: string): boolean {
  return kind === 'RoleBinding' || kind === 'ClusterRoleBinding';
}
