import { describe, expect, it } from 'vitest';
import type { NewAgentEvent } from '../event/agent-event.ts';
import { FlowEvents, type ToldFlow } from './flow-events.ts';

const SUBJECT = { netns: '/run/netns/shop', workloads: [], groups: ['shop'], mode: 'protect' } as const;

function flow(source: string, port = 80): ToldFlow {
  return {
    verdict: 'deny',
    rule: { direction: 'ingress', ruleSets: ['rules'], rule: 'never' },
    packet: {
      protocol: 'tcp',
      source,
      destination: '10.0.0.2',
      ports: { source: 40_000, destination: port },
    },
  };
}

describe('FlowEvents', () => {
  it('tells a flow at once, and how often it came again when the window ends', () => {
    const events: NewAgentEvent[] = [];
    const flows = new FlowEvents(
      (event) => events.push(event),
      () => undefined,
    );

    for (let index = 0; index < 5; index += 1) flows.tell(SUBJECT, flow('10.0.0.9'));
    flows.tell(SUBJECT, flow('10.0.0.8'));
    expect(events).toMatchObject([
      { event: 'flow-denied', rule: 'never', client: '10.0.0.9', server: '10.0.0.2', port: 80, count: 1 },
      { client: '10.0.0.8', count: 1 },
    ]);
    flows.endWindow();
    expect(events.slice(2)).toMatchObject([{ client: '10.0.0.9', count: 4 }]);

    flows.endWindow();
    flows.tell(SUBJECT, flow('10.0.0.9'));
    expect(events.slice(3)).toMatchObject([{ client: '10.0.0.9', count: 1 }]);
  });

  it('counts as lost what a flood of different flows leaves no room for', () => {
    let [told, lost] = [0, 0];
    const flows = new FlowEvents(
      () => (told += 1),
      (count) => (lost += count),
    );
    for (let index = 0; index < 5_000; index += 1) flows.tell(SUBJECT, flow('10.0.0.9', index));
    expect(told + lost).toBe(5_000);
    expect(told).toBe(4_096);
  });
});
