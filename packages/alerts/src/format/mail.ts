import { type Alert, MAX_NAME, MAX_TITLE } from '../alert.ts';
import { line } from '../line.ts';
import { PRODUCT, presentOnly } from './product.ts';

/** What mail programs show of a subject, and more. */
const MAX_SUBJECT = 160;

/** A mail as plain text. `subject` is one line; so is every field in `text`, and none can look like another. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** One mail for some alerts, of which there is at least one. */
export function alertMail(alerts: readonly Alert[]): Mail {
  const [first] = alerts;
  const more = alerts.length > 1 ? ` (and ${alerts.length - 1} more)` : '';
  const said = first === undefined ? '' : `${first.severity}: ${first.title}`;
  return {
    subject: `[${PRODUCT}] ${line(said, MAX_SUBJECT - more.length)}${more}`,
    text: `${alerts.map(paragraphOf).join('\n\n')}\n`,
  };
}

function paragraphOf(alert: Alert): string {
  const { severity, kind, namespace, workload, rule, count, firstSeen, lastSeen, incident, id } = alert;
  const fields = presentOnly({
    severity,
    kind,
    namespace,
    workload,
    rule,
    count,
    'first seen': firstSeen,
    'last seen': lastSeen,
    incident,
    id,
  }).map(([name, value]) => `  ${name}: ${line(value, MAX_NAME)}`);
  return [line(alert.title, MAX_TITLE), ...fields].join('\n');
}
