import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_EVENT_CHARACTERS, observe } from './observe.ts';

const NOW = '2026-11-26T12:00:00.000Z';
const FINDING = {
  time: '2026-11-26T11:59:59.000Z',
  event: 'finding',
  detector: 'card-number',
  sensor: 'payment-cards',
  confidence: 'high',
  verdict: 'block',
  knownTest: false,
  workloads: [{ name: 'web', namespace: 'shop', pod: 'web-1' }],
};

describe('observe', () => {
  it('names when and where a finding was made, and opens an incident for it', () => {
    expect(observe(FINDING, NOW)).toMatchObject({
      kind: 'finding',
      at: '2026-11-26T11:59:59.000Z',
      namespace: 'shop',
      workload: 'web-1',
      document: FINDING,
      incident: { severity: 'high', title: 'card-number blocked in traffic by the sensor payment-cards' },
    });
  });

  it('has one incident for one cause, and another for another workload', () => {
    const print = (over: object): string | undefined => observe({ ...FINDING, ...over }, NOW).incident?.fingerprint;

    expect(print({ time: NOW, masked: '4***' })).toBe(print({}));
    expect(print({ detector: 'iban' })).not.toBe(print({}));
    expect(print({ workloads: [{ name: 'web', namespace: 'bank', pod: 'web-1' }] })).not.toBe(print({}));
    expect(print({ verdict: 'allow' })).toBeUndefined();
    expect(print({ knownTest: true })).toBeUndefined();
  });

  it.each([
    ['process-denied', { rule: 'ssh' }, '/usr/sbin/sshd was refused by the policy no-ssh, rule ssh'],
    ['process-denied', {}, '/usr/sbin/sshd was refused by the policy no-ssh'],
    ['process-alerted', { rule: 'ssh' }, undefined],
    [
      'process-alerted',
      { rule: 'ssh', alreadyRunning: true },
      '/usr/sbin/sshd runs against the policy no-ssh, rule ssh',
    ],
    ['file-denied', { rule: 'ssh', path: '/etc/shadow' }, '/etc/shadow was refused by the policy no-ssh, rule ssh'],
    ['file-alerted', { rule: 'ssh', path: '/etc/shadow' }, undefined],
  ])('makes of %s with %j the incident: %s', (event, more, title) => {
    const { workloads } = FINDING;
    const use = {
      event,
      policy: 'no-ssh',
      executable: '/usr/sbin/sshd',
      parent: '/bin/sh',
      pid: 7,
      user: 0,
      workloads,
    };

    expect(observe({ ...use, ...more }, NOW).incident?.title).toBe(title);
  });

  it.each([
    [
      { ruleSets: ['shop-api'], rule: 'guests' },
      'ingress traffic was denied by the rule guests of the rule set shop-api',
    ],
    [{ ruleSets: ['shop-api'] }, 'ingress traffic was allowed by no rule of the rule set shop-api'],
    [{ ruleSets: ['all', 'shop-api'] }, 'ingress traffic was allowed by no rule of the rule sets all, shop-api'],
    [{ ruleSets: 7 }, 'traffic was denied'],
  ])('says of a flow denied with %j: %s', (more, title) => {
    const { workloads } = FINDING;

    expect(observe({ event: 'flow-denied', direction: 'ingress', workloads, ...more }, NOW).incident?.title).toBe(
      title,
    );
  });

  it('has an incident for each direction, rule and rule set that flows are denied by', () => {
    const print = (more: object): string | undefined =>
      observe({ event: 'flow-denied', direction: 'ingress', ruleSets: ['shop'], ...more }, NOW).incident?.fingerprint;
    const prints = [{}, { direction: 'egress' }, { rule: 'guests' }, { ruleSets: ['all'], rule: 'guests' }].map(print);

    expect(new Set(prints).size).toBe(4);
    expect(print({ client: '10.0.0.1' })).toBe(print({ client: '10.0.0.2' }));
  });

  it.each([
    ['1999-12-31T23:00:00-01:00', '2000-01-01T00:00:00.000Z'],
    ['+012026-11-26T08:00:00Z', NOW],
    ['-000001-01-01T00:00:00Z', NOW],
    ['never', NOW],
  ])('takes %j for when it happened, or when it came', (time, at) => {
    expect(observe({ ...FINDING, time }, NOW).at).toBe(at);
  });

  it('keeps a note in the place of an event that is too large', () => {
    const observed = observe({ event: 'finding', subject: 'x'.repeat(MAX_EVENT_CHARACTERS) }, NOW);

    expect(observed.kind).toBe('oversized-event');
    expect(observed.document['of']).toBe('finding');
    expect(JSON.parse(observed.text)).toEqual(observed.document);
  });

  it('makes an observation of anything, with columns that every database takes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        for (const document of [value, { event: text, time: text, workloads: [{ name: text, namespace: text }] }]) {
          const { kind, at, namespace = '', workload = '', ...kept } = observe(document, NOW);
          expect(kept.text).toBe(JSON.stringify(kept.document));
          for (const column of [kind, namespace, workload]) {
            expect(column.isWellFormed() && !column.includes('\0')).toBe(true);
          }
          expect(kind).not.toBe('');
          expect(new Date(at).toISOString()).toBe(at);
        }
      }),
    );
  });
});
