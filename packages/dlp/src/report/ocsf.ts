import { CONFIDENCES, type Confidence, DIRECTIONS, VERDICTS, type Verdict } from '@bulkhead/core';
import { z } from 'zod';
import { findDetector } from '../detector/catalogue.ts';
import type { DetectorCategory } from '../detector/description.ts';

/** Version of the Open Cybersecurity Schema Framework that events are written in. */
export const OCSF_VERSION = '1.6.0';

const CATEGORY_FINDINGS = 2;
const DATA_SECURITY_FINDING = 2006;
const CREATE = 1;
const NEW = 1;
const IN_TRANSIT = 2;
const DLP_GATEWAY = 2;

/** Classification of data (`data_classification.category_id`). */
const CATEGORY_IDS: Readonly<Record<DetectorCategory, readonly [number, string]>> = {
  payment: [3, 'Financial'],
  identity: [2, 'Governmental'],
  health: [1, 'Personal'],
  contact: [1, 'Personal'],
  secret: [6, 'Security'],
  credential: [6, 'Security'],
  traffic: [6, 'Security'],
};
const OTHER = [99, 'Other'] as const;

const CONFIDENCE_IDS: Readonly<Record<Confidence, readonly [number, string]>> = {
  low: [1, 'Low'],
  medium: [2, 'Medium'],
  high: [3, 'High'],
};

/** What was done: `severity_id`, and `action_id` and `disposition_id` of the profile security_control. */
const DONE: Readonly<
  Record<
    Verdict,
    { severity: readonly [number, string]; action: readonly [number, string]; disposition: readonly [number, string] }
  >
> = {
  allow: { severity: [1, 'Informational'], action: [3, 'Observed'], disposition: [17, 'Logged'] },
  alert: { severity: [3, 'Medium'], action: [3, 'Observed'], disposition: [19, 'Alert'] },
  capture: { severity: [3, 'Medium'], action: [3, 'Observed'], disposition: [19, 'Alert'] },
  mask: { severity: [3, 'Medium'], action: [4, 'Modified'], disposition: [11, 'Corrected'] },
  block: { severity: [4, 'High'], action: [2, 'Denied'], disposition: [2, 'Blocked'] },
};

/** A workload whose traffic a finding is about. */
const Workload = z.strictObject({
  name: z.string(),
  namespace: z.string().optional(),
  pod: z.string().optional(),
});

/** Everything a finding says, wherever it was made: the record that a console shows and that OCSF is made from. */
export const FindingEvidence = z
  .strictObject({
    time: z.iso.datetime().describe('when the packet came that completed the datum'),
    detector: z.string().describe('id of the detector'),
    sensor: z.string().describe('name of the sensor that listens to it'),
    confidence: z.enum(CONFIDENCES),
    verdict: z.enum(VERDICTS).describe('what was done'),
    masked: z.string().describe('the datum with its secret part replaced; the datum itself is in no record'),
    knownTest: z.boolean().describe('whether it is a published test value'),
    field: z.string().describe('where in the message, such as body.cardNumber: place, and key or column'),
    subject: z
      .string()
      .describe('method and path, shape of a statement or command, without values; empty where there is none'),
    offset: z.int().nonnegative().describe('of the first byte of the datum in the decoded field'),
    length: z.int().nonnegative().describe('bytes of the datum as written, separators included'),
    direction: z.enum(DIRECTIONS),
    protocol: z.string().optional(),
    client: z.string().optional().describe('address and port, [address]:port for IPv6'),
    server: z.string().optional(),
    sessionId: z.string().optional(),
    netns: z.string().optional().describe('network namespace of the workloads'),
    workloads: z.array(Workload).readonly().optional().describe('whose traffic it is; the peer is the other end'),
    groups: z.array(z.string()).readonly().optional().describe('groups the workloads belong to'),
    mode: z.string().optional(),
  })
  .describe('A finding in traffic');
export type FindingEvidence = z.infer<typeof FindingEvidence>;

const endpoint = z.strictObject({ ip: z.string(), port: z.int().optional() });

/** An OCSF Data Security Finding, as far as Bulkhead fills it. */
export const OcsfFinding = z
  .strictObject({
    activity_id: z.literal(CREATE),
    activity_name: z.literal('Create'),
    category_uid: z.literal(CATEGORY_FINDINGS),
    category_name: z.literal('Findings'),
    class_uid: z.literal(DATA_SECURITY_FINDING),
    class_name: z.literal('Data Security Finding'),
    type_uid: z.literal(DATA_SECURITY_FINDING * 100 + CREATE),
    time: z.int().describe('milliseconds since the epoch'),
    severity_id: z.int(),
    severity: z.string(),
    status_id: z.literal(NEW),
    status: z.literal('New'),
    confidence_id: z.int(),
    confidence: z.string(),
    action_id: z.int(),
    action: z.string(),
    disposition_id: z.int(),
    disposition: z.string(),
    is_alert: z.boolean(),
    message: z.string(),
    metadata: z.strictObject({
      version: z.literal(OCSF_VERSION),
      profiles: z.tuple([z.literal('security_control')]),
      product: z.strictObject({ name: z.string(), vendor_name: z.string(), version: z.string().optional() }),
    }),
    finding_info: z.strictObject({
      uid: z.string(),
      title: z.string(),
      types: z.array(z.string()),
      analytic: z.strictObject({ uid: z.string(), name: z.string(), type_id: z.literal(1), type: z.literal('Rule') }),
    }),
    data_security: z.strictObject({
      category_id: z.int(),
      category: z.string(),
      data_lifecycle_state_id: z.literal(IN_TRANSIT),
      detection_system_id: z.literal(DLP_GATEWAY),
      detection_pattern: z.string().describe('id of the detector'),
      pattern_match: z.string().describe('the datum, masked'),
      policy: z.strictObject({ name: z.string() }),
    }),
    src_endpoint: endpoint.optional().describe('the client'),
    dst_endpoint: endpoint.optional().describe('the server'),
    resources: z
      .array(z.strictObject({ name: z.string(), namespace: z.string().optional(), type: z.literal('workload') }))
      .optional(),
    unmapped: z.strictObject({
      protocol: z.string().optional(),
      direction: z.enum(DIRECTIONS),
      field: z.string(),
      subject: z.string(),
      offset: z.int(),
      length: z.int(),
      known_test: z.boolean(),
      groups: z.array(z.string()).readonly().optional(),
    }),
  })
  .describe(`OCSF ${OCSF_VERSION}, class Data Security Finding (2006)`);
export type OcsfFinding = z.infer<typeof OcsfFinding>;

/** A finding as an OCSF event. Says nothing that `found` does not say. `version` is the product's. */
export function ocsfFinding(found: FindingEvidence, version?: string): OcsfFinding {
  const detector = findDetector(found.detector);
  const [categoryId, category] = detector === undefined ? OTHER : CATEGORY_IDS[detector.category];
  const [confidenceId, confidence] = CONFIDENCE_IDS[found.confidence];
  const { severity, action, disposition } = DONE[found.verdict];
  const title = detector?.title ?? found.detector;
  const { client, server, workloads, groups, protocol } = found;
  return {
    activity_id: CREATE,
    activity_name: 'Create',
    category_uid: CATEGORY_FINDINGS,
    category_name: 'Findings',
    class_uid: DATA_SECURITY_FINDING,
    class_name: 'Data Security Finding',
    type_uid: DATA_SECURITY_FINDING * 100 + CREATE,
    time: Date.parse(found.time),
    severity_id: severity[0],
    severity: severity[1],
    status_id: NEW,
    status: 'New',
    confidence_id: confidenceId,
    confidence,
    action_id: action[0],
    action: action[1],
    disposition_id: disposition[0],
    disposition: disposition[1],
    is_alert: found.verdict !== 'allow',
    message: `${title} in clear (${found.masked}) in ${found.field}`,
    metadata: {
      version: OCSF_VERSION,
      profiles: ['security_control'],
      product: { name: 'Bulkhead', vendor_name: 'Bulkhead', ...(version !== undefined && { version }) },
    },
    finding_info: {
      uid: [found.time, found.sessionId ?? client ?? '', found.sensor, found.detector, found.field, found.offset].join(
        '/',
      ),
      title,
      types: ['Data in transit without encryption'],
      analytic: { uid: found.sensor, name: found.sensor, type_id: 1, type: 'Rule' },
    },
    data_security: {
      category_id: categoryId,
      category,
      data_lifecycle_state_id: IN_TRANSIT,
      detection_system_id: DLP_GATEWAY,
      detection_pattern: found.detector,
      pattern_match: found.masked,
      policy: { name: found.sensor },
    },
    ...(client !== undefined && { src_endpoint: endpointOf(client) }),
    ...(server !== undefined && { dst_endpoint: endpointOf(server) }),
    ...(workloads !== undefined && {
      resources: workloads.map(({ name, namespace, pod }) => ({
        name: pod === undefined ? name : `${pod}/${name}`,
        ...(namespace !== undefined && { namespace }),
        type: 'workload' as const,
      })),
    }),
    unmapped: {
      ...(protocol !== undefined && { protocol }),
      direction: found.direction,
      field: found.field,
      subject: found.subject,
      offset: found.offset,
      length: found.length,
      known_test: found.knownTest,
      ...(groups !== undefined && { groups }),
    },
  };
}

/** `10.0.0.1:80` and `[::1]:80` taken apart; an address without a port stays one. */
function endpointOf(text: string): { ip: string; port?: number } {
  const parts = /^(?:\[(?<six>[^\]]+)\]|(?<four>[^:]+)):(?<port>\d{1,5})$/.exec(text)?.groups;
  const ip = parts?.['six'] ?? parts?.['four'];
  return ip === undefined ? { ip: text } : { ip, port: Number(parts?.['port']) };
}
