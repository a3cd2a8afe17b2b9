import type { ServiceProtocol } from '@bulkhead/policy';
import { z } from 'zod';
import { type KubeObject, objectKey } from '../client/object.ts';

/** What is kept of a Service. */
export interface KeptService {
  /** In its cluster. None of one that is headless or stands for a name elsewhere: whoever looks those up is told where they lead. */
  readonly addresses: readonly string[];
  readonly ports: readonly NamedPort[];
}

/** A port, by the name that Service and EndpointSlices have for it. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: ServiceProtocol;
  readonly port: number;
}

/** What is kept of an EndpointSlice. */
export interface KeptSlice {
  /** The key of its Service. */
  readonly service: string;
  readonly ports: readonly NamedPort[];
  readonly ends: readonly KeptEnd[];
}

export interface KeptEnd {
  /** In one way of writing it. What is no address stands for somebody of whom nothing is known. */
  readonly address: string;
  /** The key of the pod that it says to be. Whoever may write slices may say so of any address. */
  readonly pod?: string;
}

/** As API servers bound them: what is more does not come from one. */
const MAX_ENDPOINTS = 1_000;
const MAX_PORTS = 20_000;
const SERVICE_NAME = 'kubernetes.io/service-name';
const MAX_PORT = 65_535;

const NO_SERVICE: KeptService = { addresses: [], ports: [] };

/** Others (SCTP) no rule can name. */
const PROTOCOLS: Readonly<Record<string, ServiceProtocol>> = { TCP: 'tcp', UDP: 'udp' };

const port = z.object({
  name: z.string().nullish(),
  protocol: z.string().nullish(),
  port: z.int().nullish(),
});
type Port = z.output<typeof port>;

const Service = z.object({
  spec: z.object({
    type: z.string().nullish(),
    clusterIP: z.string().nullish(),
    clusterIPs: z.array(z.string()).nullish(),
    ports: z.array(port).nullish(),
  }),
});

const Slice = z.object({
  addressType: z.string(),
  ports: z.array(port).nullish(),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        targetRef: z
          .object({ kind: z.string().nullish(), name: z.string().nullish(), namespace: z.string().nullish() })
          .nullish(),
      }),
    )
    .nullish(),
});

const address = z.union([z.ipv4(), z.ipv6()]);
const isAddress = (text: string): boolean => address.safeParse(text).success;

/** A Service that is not as it should be leads nowhere. */
export function readService(object: KubeObject): KeptService {
  const { data } = Service.safeParse(object);
  if (data === undefined || data.spec.type === 'ExternalName') return NO_SERVICE;
  const { clusterIP, clusterIPs, ports } = data.spec;
  const addresses = (clusterIPs ?? [clusterIP ?? '']).filter(isAddress);
  const named = portsOf(ports);
  return addresses.length === 0 || named.length === 0 ? NO_SERVICE : { addresses, ports: named };
}

/**
 * Ends are taken whether they are ready or not: who comes and goes changes nothing about what a Service stands for. None is left out for
 * what it looks like, since flows are led there all the same.
 */
export function readSlice({ metadata, ...object }: KubeObject): KeptSlice | undefined {
  const name = metadata.labels?.[SERVICE_NAME];
  const { data } = Slice.safeParse(object);
  if (name === undefined || data === undefined || !data.addressType.startsWith('IP')) return undefined;
  const { namespace } = metadata;
  const ends = (data.endpoints ?? []).slice(0, MAX_ENDPOINTS).map(({ addresses: [first = ''], targetRef }): KeptEnd => {
    // Others of an endpoint are not used by anybody, as the norm has it.
    const end = { address: addressOf(first) };
    const isPod = targetRef?.kind === 'Pod' && (targetRef.namespace ?? namespace) === namespace;
    return isPod && targetRef.name != null ? { ...end, pod: objectKey(namespace, targetRef.name) } : end;
  });
  return { service: objectKey(namespace, name), ports: portsOf(data.ports), ends };
}

/** As Kubernetes reads it: zeros in front say nothing, and an address of IPv4 may be written as one of IPv6. */
function addressOf(text: string): string {
  return text.replace(/^(?:::ffff:)?((?:\d+\.){3}\d+)$/i, (_, quad: string) => quad.split('.').map(Number).join('.'));
}

function portsOf(ports: readonly Port[] | null | undefined): readonly NamedPort[] {
  return (ports ?? []).slice(0, MAX_PORTS).flatMap((one) => {
    const protocol = PROTOCOLS[one.protocol ?? 'TCP'];
    const { name, port: number } = one;
    if (protocol === undefined || number == null || number < 1 || number > MAX_PORT) return [];
    return [{ name: name ?? '', protocol, port: number }];
  });
}
