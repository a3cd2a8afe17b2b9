import { describe, expect, it } from 'vitest';
import type { CountedFlow } from '../event/agent-event.ts';
import { sumPeers } from './sum-peers.ts';

function flow(peer: string, bytes: number, more: Partial<CountedFlow> = {}): CountedFlow {
  return { direction: 'ingress', protocol: 'tcp', port: 80, peer, verdict: 'allow', sessions: 1, bytes, ...more };
}

describe('sumPeers', () => {
  it('names as many peers of a port as there is room for, and sums up the others by family', () => {
    const flows = [
      flow('10.0.0.1', 1),
      flow('10.0.0.2', 30),
      flow('10.0.0.3', 2),
      flow('fd00::1', 4),
      flow('fd00::2', 20),
    ];

    expect(sumPeers(flows, () => false, 2)).toEqual([
      flow('10.0.0.2', 30),
      flow('fd00::2', 20),
      { ...flow('::/0', 4) },
      { ...flow('0.0.0.0/0', 3), sessions: 2 },
    ]);
  });

  it('names everybody who is known, and keeps ports, directions, protocols and verdicts apart', () => {
    const apart = [
      flow('10.0.0.1', 1),
      flow('10.0.0.1', 1, { port: 81 }),
      flow('10.0.0.1', 1, { direction: 'egress' }),
      flow('10.0.0.1', 1, { protocol: 'udp' }),
      flow('10.0.0.1', 1, { verdict: 'block' }),
    ];
    expect(sumPeers(apart, () => false, 1)).toEqual(apart);
    const known = [flow('10.0.0.1', 1), flow('10.0.0.2', 1), flow('10.0.0.3', 1)];
    expect(sumPeers(known, () => true, 1)).toEqual(known);
  });

  it('has no port where the protocol has none', () => {
    const ping = (peer: string): CountedFlow => ({
      direction: 'ingress',
      protocol: 'icmp',
      peer,
      verdict: 'allow',
      sessions: 1,
      bytes: 84,
    });
    expect(sumPeers([ping('10.0.0.1'), ping('10.0.0.2')], () => false, 0)).toEqual([
      { ...ping('0.0.0.0/0'), sessions: 2, bytes: 168 },
    ]);
  });
});
