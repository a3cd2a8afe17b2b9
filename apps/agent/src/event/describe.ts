import { sensorNameOf } from '@bulkhead/dlp';
import type { InspectorEvent } from '@bulkhead/inspector';
import type { AgentEvent, SessionName, Subject } from './agent-event.ts';

/** What the inspector says of traffic. That an application is denied is told as a flow: see FlowEvents. */
type TrafficEvent = Exclude<InspectorEvent, { readonly kind: 'application-denied' }>;

type Described<Kind extends TrafficEvent['kind']> = (event: Extract<TrafficEvent, { kind: Kind }>) => object;

/** In the order people read them; `sensor` is told by its name. */
const OF_FINDING = [
  'detector',
  'sensor',
  'confidence',
  'verdict',
  'masked',
  'field',
  'subject',
  'offset',
  'length',
  'direction',
  'knownTest',
  'encodings',
] as const;

/** What each kind says beyond its time, its session and its workloads. */
const DETAILS: { readonly [Kind in TrafficEvent['kind']]: Described<Kind> } = {
  finding: (event) => ({ ...pick(event, OF_FINDING), sensor: sensorNameOf(event.sensor) }),
  exception: (event) => pick(event, ['exception', 'bytesNotInspected', 'verdict']),
  'session-offloaded': ({ serverName, tlsVersion }) => ({
    ...(serverName !== '' && { serverName }),
    ...(tlsVersion !== '' && { tlsVersion }),
  }),
  'session-blocked': () => ({}),
};

/** Renders what the inspector saw as an event of the agent. `subject` is unknown for a namespace just let go. */
export function describeEvent(event: TrafficEvent, subject: Subject | undefined): AgentEvent {
  const details = DETAILS[event.kind] as Described<TrafficEvent['kind']>;
  const said = { time: isoTime(event.timeNs), event: event.kind, ...details(event), ...sessionOf(event), ...subject };
  return said as AgentEvent;
}

/** An exception may belong to no session: then there are no ends to name. */
function sessionOf({ sessionId, protocol, client, server }: TrafficEvent): Partial<SessionName> {
  return client === '' ? {} : { sessionId: String(sessionId), protocol, client, server };
}

function pick<Value extends object, Key extends keyof Value>(value: Value, keys: readonly Key[]): Pick<Value, Key> {
  return Object.fromEntries(keys.map((key) => [key, value[key]])) as Pick<Value, Key>;
}

const NS_PER_MS = 1_000_000n;

function isoTime(timeNs: bigint): string {
  return new Date(Number(timeNs / NS_PER_MS)).toISOString();
}
