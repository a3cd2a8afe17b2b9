import type { Severity } from '@bulkhead/core';
import { type Alert, MAX_ID, MAX_KIND, MAX_NAME, MAX_TITLE } from '../alert.ts';
import { line } from '../line.ts';
import { PRODUCT } from './product.ts';

/** Version of the Open Cybersecurity Schema Framework. */
const OCSF_VERSION = '1.6.0';
const CATEGORY_FINDINGS = 2;
const DETECTION_FINDING = 2004;
const CREATE = 1;
const NEW = 1;
const RULE = 1;

const SEVERITY: Readonly<Record<Severity, readonly [number, string]>> = {
  unknown: [0, 'Unknown'],
  negligible: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

/** An alert as an OCSF Detection Finding (class 2004), for `JSON.stringify`. `version` is the product's. */
export function ocsfAlert(alert: Alert, version: string): Readonly<Record<string, unknown>> {
  const [severityId, severity] = SEVERITY[alert.severity];
  const title = line(alert.title, MAX_TITLE);
  const { namespace, workload, rule, incident } = alert;
  return {
    activity_id: CREATE,
    activity_name: 'Create',
    category_uid: CATEGORY_FINDINGS,
    category_name: 'Findings',
    class_uid: DETECTION_FINDING,
    class_name: 'Detection Finding',
    type_uid: DETECTION_FINDING * 100 + CREATE,
    time: Date.parse(alert.at),
    start_time: Date.parse(alert.firstSeen),
    end_time: Date.parse(alert.lastSeen),
    count: alert.count,
    severity_id: severityId,
    severity,
    status_id: NEW,
    status: 'New',
    is_alert: true,
    message: title,
    metadata: {
      version: OCSF_VERSION,
      uid: line(alert.id, MAX_ID),
      product: { name: PRODUCT, vendor_name: PRODUCT, version },
    },
    finding_info: {
      uid: line(alert.cause, MAX_ID),
      title,
      types: [line(alert.kind, MAX_KIND)],
      created_time: Date.parse(alert.at),
      first_seen_time: Date.parse(alert.firstSeen),
      last_seen_time: Date.parse(alert.lastSeen),
      ...(rule !== undefined && { analytic: { name: line(rule, MAX_NAME), type_id: RULE, type: 'Rule' } }),
    },
    ...(workload !== undefined && {
      resources: [
        {
          name: line(workload, MAX_NAME),
          ...(namespace !== undefined && { namespace: line(namespace, MAX_NAME) }),
          type: 'workload',
        },
      ],
    }),
    ...(incident !== undefined && { unmapped: { incident } }),
  };
}
