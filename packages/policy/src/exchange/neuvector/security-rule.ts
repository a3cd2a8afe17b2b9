import type { Application } from '../../network/application.ts';
import { type ImportContext, plainName } from './context.ts';
import { groupFor, peersOf } from './selectors.ts';
import type { NetworkRuleShape, SecurityRule } from './shape.ts';

const APPLICATIONS: Readonly<Record<string, Application>> = {
  amqp: 'amqp',
  cassandra: 'cassandra',
  dns: 'dns',
  ftp: 'ftp',
  grpc: 'grpc',
  http: 'http',
  kafka: 'kafka',
  memcached: 'memcached',
  mongodb: 'mongodb',
  mssql: 'tds',
  mysql: 'mysql',
  oracle: 'tns',
  postgresql: 'postgresql',
  rabbitmq: 'amqp',
  redis: 'redis',
  ssh: 'ssh',
  ssl: 'tls',
  syslog: 'syslog',
};

const MODES: Readonly<Record<string, string>> = { discover: 'discover', monitor: 'monitor', protect: 'protect' };

/** An `NvSecurityRule` or `NvClusterSecurityRule`: its target as a group, and what is said of it as documents of each kind. */
export function importSecurityRule({ kind, metadata, spec }: SecurityRule, context: ImportContext): void {
  const of = `${kind} ${metadata.name}`;
  const mode = MODES[(spec.target.policymode ?? '').toLowerCase()];
  if (mode === undefined)
    context.note(of, 'has no policymode of Discover, Monitor or Protect: its group is in monitor');
  const group = groupFor(spec.target.selector, mode ?? 'monitor', of, context);
  if (group === undefined) return;
  importNetwork(of, group, spec, context);
  importProcesses(of, group, spec, context);
  importFiles(of, group, spec, context);
  bindSensors(of, group, spec, context);
  if ((spec.waf?.settings ?? []).length > 0) context.note(of, 'its WAF sensors are not carried over');
}

function importNetwork(of: string, group: string, spec: SecurityRule['spec'], context: ImportContext): void {
  const sides = (['ingress', 'egress'] as const).flatMap((direction) => {
    const rules = spec[direction] ?? [];
    if (rules.length === 0) return [];
    const names = new Set<string>();
    return [
      [direction, rules.flatMap((rule, index) => importRule(of, direction, rule, index, names, context))] as const,
    ];
  });
  if (sides.length > 0) context.add('NetworkRuleSet', group, { groups: [group], ...Object.fromEntries(sides) });
}

function importRule(
  of: string,
  direction: string,
  { action, name, ports, applications, selector }: NetworkRuleShape,
  index: number,
  names: Set<string>,
  context: ImportContext,
): readonly object[] {
  const at = `${of}, ${direction} rule ${name === '' ? index + 1 : name}`;
  const peers = peersOf(selector, at, context);
  if (peers === undefined) {
    context.note(at, `is not carried over: its peer "${selector.name}" cannot be said`);
    return [];
  }
  const asked = (applications ?? []).filter((one) => one.toLowerCase() !== 'any');
  const known = asked.flatMap((one) => APPLICATIONS[one.toLowerCase()] ?? []);
  const unknown = asked.filter((one) => APPLICATIONS[one.toLowerCase()] === undefined);
  if (unknown.length > 0) context.note(at, `applications that are not recognised: ${unknown.join(', ')}`);
  if (asked.length > 0 && known.length === 0) {
    context.note(at, 'is not carried over: no application of it is recognised');
    return [];
  }
  const read = readPorts(ports);
  if (read === undefined) {
    context.note(at, `is not carried over: its ports ${JSON.stringify(ports)} are not understood`);
    return [];
  }
  const plain = plainName(name === '' ? `rule-${index + 1}` : name);
  const own = names.has(plain) ? `${plain.slice(0, 58)}-${index + 1}` : plain;
  names.add(own);
  return [
    {
      name: own,
      action,
      ...(peers !== 'anybody' && { peers }),
      ...(read.length > 0 && { ports: read }),
      ...(known.length > 0 && { applications: [...new Set(known)] }),
    },
  ];
}

/** `any`, or a list of `tcp/80`, `udp/1000-2000`, `tcp/any`, `icmp` or a bare number. Empty: any. */
function readPorts(text: string): readonly (number | string)[] | undefined {
  const parts = text.split(',').map((part) => part.trim().toLowerCase());
  if (parts.some((part) => part === 'any' || part === '')) return [];
  const ports = parts.map((part) => {
    const [, protocol = 'tcp', range = ''] = /^(?:(tcp|udp)\/)?(\d{1,5}(?:-\d{1,5})?|any)$/.exec(part) ?? [];
    if (range === 'any') return protocol;
    return part === 'icmp' ? part : range === '' ? undefined : `${range}/${protocol}`;
  });
  return ports.every((port) => port !== undefined) ? ports : undefined;
}

function importProcesses(
  of: string,
  group: string,
  { process = [], process_profile: profile }: SecurityRule['spec'],
  context: ImportContext,
): void {
  const rules = (process ?? []).flatMap(({ action, name, path }, index) => {
    const isPath = path.startsWith('/') || path.startsWith('*');
    const executable = isPath && path !== '/*' ? path : name === '' || name === '*' ? '*' : `*/${name}`;
    return [{ name: `rule-${index + 1}`, action, executables: [executable] }];
  });
  const onlyFromImage = profile?.baseline === 'zero-drift';
  if (rules.length > 0 || onlyFromImage)
    context.add('ProcessPolicy', group, { groups: [group], ...(onlyFromImage && { onlyFromImage }), rules });
  if (rules.some(({ action }) => action === 'allow') && !onlyFromImage)
    context.note(of, 'programs that its process rules do not name are allowed: deny "*" by a last rule to refuse them');
  if (rules.some(({ executables }) => executables[0] === '*')) context.note(of, 'a process rule is for every program');
}

function importFiles(of: string, group: string, { file = [] }: SecurityRule['spec'], context: ImportContext): void {
  const rules = (file ?? []).flatMap(({ behavior, filter, recursive, app }, index) => {
    if (behavior !== 'block_access') {
      context.note(of, `file rule ${filter}: behaviour ${behavior} is not carried over`);
      return [];
    }
    const path = filter.replaceAll('\\', '').replaceAll('.*', '*');
    if (!/^[/*]/.test(path)) {
      context.note(of, `file rule ${filter}: is no path`);
      return [];
    }
    if (!recursive && path.endsWith('/*'))
      context.note(of, `file rule ${filter}: is carried over with all folders below`);
    const executables = (app ?? []).map((one) => (one.startsWith('/') ? one : `*/${one}`));
    const allowed = { name: `rule-${index + 1}-apps`, action: 'allow', paths: [path], executables };
    return [...(executables.length > 0 ? [allowed] : []), { name: `rule-${index + 1}`, action: 'deny', paths: [path] }];
  });
  if (rules.length > 0) context.add('FilePolicy', group, { groups: [group], rules });
}

function bindSensors(of: string, group: string, { dlp }: SecurityRule['spec'], context: ImportContext): void {
  const settings = dlp?.status === false ? [] : (dlp?.settings ?? []);
  const made = context.documents.find(
    (document) =>
      (document as { kind: string }).kind === 'WorkloadGroup' &&
      (document as { metadata: { name: string } }).metadata.name === group,
  ) as { spec: { sensors?: readonly string[] } } | undefined;
  const bound = settings.flatMap(({ name, action }) => {
    if (!context.has('DataSensor', name)) {
      context.note(of, `sensor "${name}" is in none of the files: it is not bound`);
      return [];
    }
    const sensor = context.nameFor('DataSensor', name);
    if (action === 'deny') {
      const document = context.documents.find(
        (one) =>
          (one as { kind: string }).kind === 'DataSensor' &&
          (one as { metadata: { name: string } }).metadata.name === sensor,
      ) as { spec: { action?: string } } | undefined;
      if (document !== undefined) document.spec = { ...document.spec, action: 'block' };
    }
    return [sensor];
  });
  if (made !== undefined) made.spec = { ...made.spec, sensors: bound };
}
