import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KubeObject } from '../client/object.ts';
import { readService, readSlice } from './read-service.ts';

const NOTHING = { addresses: [], ports: [] };

function service(spec: object): KubeObject {
  return KubeObject.parse({ metadata: { name: 'api', namespace: 'shop' }, spec });
}

function slice(content: object, labels: object = { 'kubernetes.io/service-name': 'api' }): KubeObject {
  return KubeObject.parse({ metadata: { name: 'api-x1', namespace: 'shop', labels }, ...content });
}

describe('what is kept of a Service', () => {
  it('is its addresses in the cluster, and its ports that a rule can name', () => {
    const ports = [
      { name: 'http', protocol: 'TCP', port: 80, targetPort: 'web' },
      { name: 'dns', protocol: 'UDP', port: 53 },
      { name: 'sigtran', protocol: 'SCTP', port: 2905 },
    ];
    expect(readService(service({ clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9', 'fd00:96::9'], ports }))).toEqual({
      addresses: ['10.96.0.9', 'fd00:96::9'],
      ports: [
        { name: 'http', protocol: 'tcp', port: 80 },
        { name: 'dns', protocol: 'udp', port: 53 },
      ],
    });
    expect(readService(service({ clusterIP: '10.96.0.9', ports: [{ port: 80 }] }))).toEqual({
      addresses: ['10.96.0.9'],
      ports: [{ name: '', protocol: 'tcp', port: 80 }],
    });
  });

  it.each([
    ['is headless', { clusterIP: 'None', clusterIPs: ['None'], ports: [{ port: 80 }] }],
    ['stands for a name elsewhere', { type: 'ExternalName', externalName: 'db.example.com', clusterIP: '10.96.0.9' }],
    ['has no address yet', { clusterIP: '', ports: [{ port: 80 }] }],
    ['has something else for an address', { clusterIPs: ['10.96.0.0/12', 'api'], ports: [{ port: 80 }] }],
    ['has no port that is one', { clusterIP: '10.96.0.9', ports: [{ port: 70_000 }] }],
  ])('is nothing of one that %s', (_, spec) => {
    expect(readService(service(spec))).toEqual(NOTHING);
  });
});

describe('what is kept of an EndpointSlice', () => {
  it('is to whom its Service leads, and which of these say that they are pods', () => {
    const endpoints = [
      { addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'api-1' }, conditions: { ready: false } },
      { addresses: ['10.0.0.2'], targetRef: { kind: 'Pod', name: 'api-2', namespace: 'shop' } },
      { addresses: ['10.0.0.3'], targetRef: { kind: 'Pod', name: 'db-1', namespace: 'kube-system' } },
      { addresses: ['192.0.2.1', '192.0.2.2'] },
    ];
    const ports = [{ name: 'http', protocol: 'TCP', port: 8080 }, { name: 'any' }];
    expect(readSlice(slice({ addressType: 'IPv4', endpoints, ports }))).toEqual({
      service: 'shop/api',
      ports: [{ name: 'http', protocol: 'tcp', port: 8080 }],
      ends: [
        { address: '10.0.0.1', pod: 'shop/api-1' },
        { address: '10.0.0.2', pod: 'shop/api-2' },
        { address: '10.0.0.3' },
        { address: '192.0.2.1' },
      ],
    });
    expect(readSlice(slice({ addressType: 'IPv6', endpoints: null, ports: null }))).toEqual({
      service: 'shop/api',
      ports: [],
      ends: [],
    });
  });

  it('leaves out nobody to whom flows are led, however the address is written', () => {
    const endpoints = [['010.000.0.01'], ['::ffff:10.0.0.2'], ['db.example.com'], []].map((addresses) => ({
      addresses,
    }));
    expect(readSlice(slice({ addressType: 'IPv4', endpoints }))?.ends).toEqual([
      { address: '10.0.0.1' },
      { address: '10.0.0.2' },
      { address: 'db.example.com' },
      { address: '' },
    ]);
  });

  it('is also what has a port beside those that are none, or very many', () => {
    const http = { name: 'http', protocol: 'TCP', port: 8080 };
    const kept = [{ name: 'http', protocol: 'tcp', port: 8080 }];
    for (const port of [-1, 0, 70_000]) {
      const ports = [{ name: 'none', protocol: 'TCP', port }, http];
      expect(readSlice(slice({ addressType: 'IPv4', ports }))?.ports).toEqual(kept);
    }
    const others = Array.from({ length: 19_999 }, (_, index) => ({ name: `p${index}`, protocol: 'SCTP', port: 1 }));
    expect(readSlice(slice({ addressType: 'IPv4', ports: [...others, http] }))?.ports).toEqual(kept);
  });

  it.each([
    ['belongs to no Service', slice({ addressType: 'IPv4' }, {})],
    ['has names instead of addresses', slice({ addressType: 'FQDN', endpoints: [{ addresses: ['a.example'] }] })],
    ['is not as it should be', slice({ addressType: 'IPv4', endpoints: [{ addresses: 'all' }] })],
  ])('is nothing of one that %s', (_, object) => {
    expect(readSlice(object)).toBeUndefined();
  });

  it('ends where the API server ends, whatever is sent', () => {
    const endpoints = Array.from({ length: 5_000 }, () => ({ addresses: ['10.0.0.1'] }));
    expect(readSlice(slice({ addressType: 'IPv4', endpoints }))?.ends).toHaveLength(1_000);
  });

  it('and of a Service throws on nothing that is an object', () => {
    fc.assert(
      fc.property(fc.object({ key: fc.constantFrom('spec', 'ports', 'endpoints', 'addresses', 'port') }), (content) => {
        expect(() => readService(slice(content))).not.toThrow();
        expect(() => readSlice(slice({ addressType: 'IPv4', ...content }))).not.toThrow();
      }),
    );
  });
});
