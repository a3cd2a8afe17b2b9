import { describe, expect, it } from 'vitest';
import { KubeObject } from '../client/object.ts';
import { PodAddresses, readPodAddresses, readPodPlace } from './pod-addresses.ts';

function pod(spec: object, status: object): KubeObject {
  return KubeObject.parse({ metadata: { name: 'api-1', namespace: 'shop' }, spec, status });
}

describe('the addresses of a pod', () => {
  it('are those of both families, and none before it has some or in the network of its node', () => {
    const podIPs = [{ ip: '10.1.0.1' }, { ip: 'fd00::1' }];
    expect(readPodAddresses(pod({}, { podIP: '10.1.0.1', podIPs }))).toEqual(['10.1.0.1', 'fd00::1']);
    expect(readPodAddresses(pod({}, { podIP: '10.1.0.1' }))).toEqual(['10.1.0.1']);
    expect(readPodAddresses(pod({}, {}))).toEqual([]);
    expect(readPodAddresses(pod({ hostNetwork: true }, { podIP: '192.0.2.1' }))).toEqual([]);
    expect(readPodAddresses(pod({}, { podIP: '10.1.0.1', phase: 'Succeeded' }))).toEqual([]);
    expect(readPodAddresses(pod({}, { podIPs: 'all' }))).toEqual([]);
  });

  it('come with the node that it runs on, where there is one', () => {
    const status = { podIP: '10.1.0.1' };
    expect(readPodPlace(pod({ nodeName: 'node-1' }, status))).toEqual({ addresses: ['10.1.0.1'], node: 'node-1' });
    expect(readPodPlace(pod({ nodeName: 'node-1', hostNetwork: true }, status))).toEqual({
      addresses: [],
      node: 'node-1',
    });
    expect(readPodPlace(pod({}, status))).toEqual({ addresses: ['10.1.0.1'] });
  });

  it('are its own alone, and for a while after it is gone', () => {
    let now = 0;
    const live = new Map([
      ['shop/api-1', { addresses: ['10.1.0.1'] }],
      ['shop/api-2', { addresses: ['10.1.0.2'] }],
    ]);
    const pods = new PodAddresses(live, { now: () => now });
    expect(pods.isAt('shop/api-1', '10.1.0.1')).toBe(true);
    expect(pods.isAt('shop/api-1', '10.1.0.2')).toBe(false);
    expect(pods.isAt('shop/api-3', '10.1.0.1')).toBe(false);

    live.set('shop/api-1', { addresses: ['10.1.0.9'] });
    pods.left('shop/api-1', ['10.1.0.1']);
    now = 59_999;
    expect(pods.isAt('shop/api-1', '10.1.0.1')).toBe(true);
    expect(pods.isAt('shop/api-1', '10.1.0.9')).toBe(true);
    now = 60_000;
    expect(pods.isAt('shop/api-1', '10.1.0.1')).toBe(false);
  });

  it('are forgotten sooner where very many go', () => {
    const pods = new PodAddresses(new Map(), { now: () => 0 });
    for (let index = 0; index <= 16_384; index += 1) pods.left(`shop/${index}`, ['10.1.0.1']);
    expect(pods.isAt('shop/0', '10.1.0.1')).toBe(false);
    expect(pods.isAt('shop/1', '10.1.0.1')).toBe(true);
  });
});
