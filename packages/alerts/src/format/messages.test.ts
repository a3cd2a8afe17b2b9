import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALERT, anyAlert, PLAIN, UNPRINTABLE } from '../test-support/alerts.ts';
import { alertmanagerAlerts } from './alertmanager.ts';
import { alertMail } from './mail.ts';
import { ocsfAlert } from './ocsf.ts';
import { slackMessage } from './slack.ts';
import { isSigned, signatureOf, webhookBody } from './webhook.ts';

const BOTH = [ALERT, PLAIN];
const several = fc.array(anyAlert, { minLength: 1, maxLength: 60 });

/** Every text in a value, keys included. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
}

describe('messages', () => {
  it.each([
    ['ocsf.txt', () => BOTH.map((alert) => ocsfAlert(alert, '1.2.3'))],
    ['slack.txt', () => slackMessage(BOTH)],
    ['alertmanager.txt', () => alertmanagerAlerts(BOTH, 60_000)],
    ['webhook.txt', () => JSON.parse(webhookBody(BOTH, 'json', '1.2.3')) as unknown],
  ])('are as the golden file %s has them', async (file, make) => {
    await expect(`${JSON.stringify(make(), undefined, 2)}\n`).toMatchFileSnapshot(`golden/${file}`);
  });

  it('have no character in any text that ends a line, hides text or turns it', () => {
    fc.assert(
      fc.property(several, (alerts) => {
        const made = [
          alerts.map((alert) => ocsfAlert(alert, '1')),
          alertmanagerAlerts(alerts, 60_000),
          JSON.parse(webhookBody(alerts, 'json', '1')) as unknown,
        ];
        for (const text of textsOf(made)) expect(text).not.toMatch(UNPRINTABLE);
      }),
    );
  });
});

describe('slackMessage', () => {
  it('stays within what Slack takes, and mentions and links nothing', () => {
    fc.assert(
      fc.property(several, (alerts) => {
        const { text, blocks } = slackMessage(alerts) as { text: string; blocks: { text: { text: string } }[] };
        expect(blocks.length).toBeLessThanOrEqual(50);
        for (const section of [text, ...blocks.map((block) => block.text.text)]) {
          expect(section.length).toBeLessThanOrEqual(3_000);
          expect(section).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
          expect(section.replace('\n', '')).not.toMatch(UNPRINTABLE);
        }
      }),
    );
  });
});

describe('alertMail', () => {
  it('is as its golden file has it', async () => {
    const { subject, text } = alertMail(BOTH);

    await expect(`${subject}\n\n${text}`).toMatchFileSnapshot('golden/mail.txt');
  });

  it('has a subject of one line, and as many lines as it has fields', () => {
    fc.assert(
      fc.property(several, (alerts) => {
        const { subject, text } = alertMail(alerts);
        expect(subject).not.toMatch(UNPRINTABLE);
        expect(subject.length).toBeLessThan(200);
        for (const one of text.split('\n')) {
          expect(one).not.toMatch(UNPRINTABLE);
          expect(one.length).toBeLessThan(320);
        }
        const titles = text.split('\n').filter((one) => one !== '' && !one.startsWith('  '));
        expect(titles.length).toBeLessThanOrEqual(alerts.length);
      }),
    );
  });
});

describe('alertmanagerAlerts', () => {
  it('gives names that Alertmanager takes, and labels that are the same each time', () => {
    fc.assert(
      fc.property(anyAlert, fc.uuid(), (alert, id) => {
        const [one, other] = alertmanagerAlerts([alert, { ...alert, id, count: alert.count + 1 }], 60_000) as [
          { labels: Record<string, string> },
          { labels: Record<string, string> },
        ];
        expect(one.labels).toEqual(other.labels);
        expect(one.labels['alertname']).toMatch(/^Bulkhead[A-Za-z0-9]*$/);
        expect(Object.values(one.labels)).not.toContain('');
      }),
    );
  });
});

describe('a signature', () => {
  const body = webhookBody(BOTH, 'json', '1');
  const signature = signatureOf('a secret', 1_000, body);

  it('is that of its secret, its time and its body alone', () => {
    const sent = { seconds: 1_000, body, signature };
    expect(isSigned({ secret: 'a secret', now: 1_100 }, sent)).toBe(true);
    expect(isSigned({ secret: 'another', now: 1_100 }, sent)).toBe(false);
    expect(isSigned({ secret: 'a secret', now: 1_100 }, { ...sent, seconds: 1_001 })).toBe(false);
    expect(isSigned({ secret: 'a secret', now: 1_100 }, { ...sent, body: `${body} ` })).toBe(false);
    expect(isSigned({ secret: 'a secret', now: 1_100 }, { ...sent, signature: 'v1=' })).toBe(false);
  });

  it('does not hold for a request that is sent again later', () => {
    expect(isSigned({ secret: 'a secret', now: 1_301 }, { seconds: 1_000, body, signature })).toBe(false);
    expect(isSigned({ secret: 'a secret', now: 1_000 }, { seconds: Number.NaN, body, signature })).toBe(false);
  });
});
