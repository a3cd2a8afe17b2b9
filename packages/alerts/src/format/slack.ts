import type { Alert } from '../alert.ts';
import { line } from '../line.ts';
import { presentOnly } from './product.ts';

/** What people read in a channel; a section takes 3,000 characters, and each of these may become five by escaping. */
const MAX_SHOWN_TITLE = 240;
const MAX_SHOWN_NAME = 80;
/** A message takes 50 blocks. */
export const MAX_SLACK_ALERTS = 40;

/**
 * A message for one of Slack's incoming webhooks, for `JSON.stringify`: a section for each alert, at most
 * `MAX_SLACK_ALERTS`. Nothing in an alert can mention anybody, link anywhere or begin a block.
 */
export function slackMessage(alerts: readonly Alert[]): Readonly<Record<string, unknown>> {
  const shown = alerts.slice(0, MAX_SLACK_ALERTS);
  const first = shown[0];
  const more = alerts.length > 1 ? ` (and ${alerts.length - 1} more)` : '';
  return {
    text: first === undefined ? '' : `${first.severity.toUpperCase()}: ${titleOf(first)}${more}`,
    unfurl_links: false,
    unfurl_media: false,
    blocks: shown.map((alert) => ({
      type: 'section',
      // Verbatim: what looks like an address, a channel or a name stays text.
      text: { type: 'mrkdwn', verbatim: true, text: sectionOf(alert) },
    })),
  };
}

function sectionOf(alert: Alert): string {
  const { severity, namespace, workload, rule, count, incident, id } = alert;
  const fields = presentOnly({ namespace, workload, rule, count, incident, id }).map(
    ([name, value]) => `${name} ${escaped(value, MAX_SHOWN_NAME)}`,
  );
  return `*${severity.toUpperCase()}* ${titleOf(alert)}\n${fields.join(' · ')}`;
}

function titleOf({ title }: Alert): string {
  return escaped(title, MAX_SHOWN_TITLE);
}

/** The three characters that Slack gives a meaning; what marks bold text, code or a strike is only shown otherwise. */
function escaped(text: string, maxLength: number): string {
  return line(text, maxLength).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
