import { type Alert, MAX_KIND, MAX_NAME, MAX_TITLE } from '../alert.ts';
import { line } from '../line.ts';
import { PRODUCT, presentOnly } from './product.ts';

/**
 * Alerts for `POST /api/v2/alerts` of Alertmanager, for `JSON.stringify`. Labels say what an alert is about and are equal for all of
 * one cause, so that Alertmanager itself groups and silences; what changes is in annotations. An alert ends by itself
 * `firingMs` after it was raised, unless it is raised again.
 */
export function alertmanagerAlerts(alerts: readonly Alert[], firingMs: number): readonly object[] {
  return alerts.map((alert) => {
    const { kind, severity, namespace, workload, rule, title, id, count, incident } = alert;
    return {
      labels: {
        alertname: `${PRODUCT}${camelCase(line(kind, MAX_KIND))}`,
        ...fields({ kind, severity, namespace, workload, rule, cause: alert.cause }),
      },
      annotations: { summary: line(title, MAX_TITLE), ...fields({ id, count, incident, lastSeen: alert.lastSeen }) },
      // By the clock of a node, which may be ahead: what begins after its end is refused, and nobody would hear of it.
      startsAt: alert.firstSeen < alert.at ? alert.firstSeen : alert.at,
      endsAt: new Date(Date.parse(alert.at) + firingMs).toISOString(),
    };
  });
}

function fields(of: Readonly<Record<string, string | number | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(presentOnly(of).map(([name, value]) => [name, line(value, MAX_NAME)]));
}

/** `flow-denied` as `FlowDenied`; characters that names of alerts do not have are left out. */
function camelCase(kind: string): string {
  return kind
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
