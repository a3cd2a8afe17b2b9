import type { Conversation } from '@bulkhead/inspector';
import { describe, expect, it } from 'vitest';
import { Spoken, serviceName } from './spoken.ts';

const OWN = new Set(['10.0.0.2']);
const MAX_SERVICES = 16_384;

function said(client: string, server: string, application: Conversation['application'], port = 80): Conversation {
  return { transport: 'tcp', client, server, port, application };
}

describe('Spoken', () => {
  it('says what was spoken with a peer at a port, by who opened it', () => {
    const spoken = new Spoken();
    spoken.hear([said('10.0.0.9', '10.0.0.2', 'http1'), said('10.0.0.2', '10.0.0.9', 'tls')], OWN);

    expect(spoken.take(serviceName('ingress', 'tcp', '10.0.0.9', 80))).toEqual(['http1']);
    expect(spoken.take(serviceName('egress', 'tcp', '10.0.0.9', 80))).toEqual(['tls']);
    expect(spoken.take(serviceName('egress', 'udp', '10.0.0.9', 80))).toEqual([]);
  });

  it('goes on with what was spoken last, and tells what was never explained from what was never seen', () => {
    const spoken = new Spoken();
    const name = serviceName('ingress', 'tcp', '10.0.0.9', 80);
    for (const application of ['raw', 'http1', 'tls', 'http1'] as const) {
      spoken.hear([said('10.0.0.9', '10.0.0.2', application)], OWN);
    }
    expect(spoken.take(name)).toEqual([undefined, 'tls', 'http1']);
    expect(spoken.take(name)).toEqual(['http1']);
    spoken.hear([said('10.0.0.9', '10.0.0.2', 'raw')], OWN);
    expect(spoken.take(name)).toEqual([undefined]);
    expect(spoken.take(name)).toEqual([undefined]);
  });

  it('leaves out what a workload sends to itself, and what passes through', () => {
    const spoken = new Spoken();
    spoken.hear([said('10.0.0.2', '10.0.0.2', 'http1'), said('10.0.0.8', '10.0.0.9', 'http1')], OWN);

    for (const peer of ['10.0.0.2', '10.0.0.8', '10.0.0.9']) {
      for (const side of ['ingress', 'egress'] as const) {
        expect(spoken.take(serviceName(side, 'tcp', peer, 80))).toEqual([]);
      }
    }
  });

  it('forgets what was heard longest ago when there is too much', () => {
    const spoken = new Spoken();
    for (let port = 1; port <= MAX_SERVICES + 1; port += 1)
      spoken.hear([said('10.0.0.9', '10.0.0.2', 'http1', port)], OWN);

    expect(spoken.take(serviceName('ingress', 'tcp', '10.0.0.9', 1))).toEqual([]);
    expect(spoken.take(serviceName('ingress', 'tcp', '10.0.0.9', 2))).toEqual(['http1']);
  });
});
