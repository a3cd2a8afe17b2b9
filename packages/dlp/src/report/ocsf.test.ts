import { CONFIDENCES, VERDICTS } from '@bulkhead/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DETECTORS } from '../detector/catalogue.ts';
import { FindingEvidence, OcsfFinding, ocsfFinding } from './ocsf.ts';

const found: FindingEvidence = {
  time: '2026-11-26T01:02:03.456Z',
  detector: 'payment-card',
  sensor: 'payment-cards',
  confidence: 'high',
  verdict: 'block',
  masked: '411111******1111',
  knownTest: true,
  field: 'body.cardNumber',
  subject: 'POST /orders/*',
  offset: 15,
  length: 16,
  direction: 'request',
  protocol: 'http1',
  client: '10.0.0.1:40000',
  server: '[fd00::2]:8080',
  sessionId: '7',
  workloads: [{ name: 'shop', namespace: 'store', pod: 'shop-1' }],
  groups: ['shops'],
};

describe('ocsfFinding', () => {
  it('is a data security finding with who, what, where and what was done', () => {
    expect(ocsfFinding(found, '0.1.0')).toMatchObject({
      class_uid: 2006,
      type_uid: 200_601,
      time: 1_795_654_923_456,
      severity_id: 4,
      confidence_id: 3,
      action_id: 2,
      disposition_id: 2,
      is_alert: true,
      finding_info: { title: 'Payment card number' },
      data_security: { category_id: 3, detection_pattern: 'payment-card', pattern_match: '411111******1111' },
      src_endpoint: { ip: '10.0.0.1', port: 40_000 },
      dst_endpoint: { ip: 'fd00::2', port: 8080 },
      resources: [{ name: 'shop-1/shop', namespace: 'store', type: 'workload' }],
      unmapped: { subject: 'POST /orders/*', field: 'body.cardNumber', offset: 15, groups: ['shops'] },
    });
  });

  it('is an event by its own schema, whatever was found and done, and in whatever traffic', () => {
    const text = fc.string({ unit: 'binary' });
    const evidence = fc.record({
      ...Object.fromEntries(Object.entries(found).map(([key, value]) => [key, fc.constant(value)])),
      detector: fc.constantFrom(...DETECTORS.map(({ id }) => id), 'own'),
      confidence: fc.constantFrom(...CONFIDENCES),
      verdict: fc.constantFrom(...VERDICTS),
      masked: text,
      field: text,
      subject: text,
      client: text,
      workloads: fc.option(fc.constant(found.workloads), { nil: undefined }),
    });
    fc.assert(
      fc.property(evidence, (value) => {
        const { workloads, ...rest } = value;
        const input = FindingEvidence.parse(workloads === undefined ? rest : value);

        expect(OcsfFinding.parse(ocsfFinding(input))).toEqual(ocsfFinding(input));
      }),
    );
  });

  it('is no alert below a sensor’s threshold', () => {
    expect(ocsfFinding({ ...found, verdict: 'allow' })).toMatchObject({ is_alert: false, severity_id: 1 });
  });
});
