import type { Conclusion } from '@bulkhead/lab';
import type { Identity } from '../identity.ts';
import { RECEIVERS, type Received, received, receiverIsReady, receiverManifests } from '../receiver.ts';
import { CARD, CARD_RULE, SHOP } from '../shop.ts';
import { apply, kubectl, type Target } from '../target.ts';
import { until } from '../until.ts';

/** Who is told of alerts, before anything is installed that would tell. */
export async function receiver(target: Target, identity: Identity): Promise<Conclusion> {
  await kubectl(target, ['create', 'namespace', RECEIVERS]);
  await apply(target, receiverManifests(target, identity));
  const said = await receiverIsReady(target);
  return { seen: 'it listens', checks: { 'it is not ready': said.includes('condition met') }, evidence: { said } };
}

/** The card that was blocked, as the receivers were told of it. */
export async function alerts(target: Target): Promise<Conclusion> {
  let messages: readonly Received[] = [];
  const told = await until(async () => {
    messages = await received(target);
    return byWebhook(messages).length > 0 && bySyslog(messages).length > 0;
  });
  const [webhook, syslog] = [byWebhook(messages), bySyslog(messages)];
  return {
    seen: `${webhook.length} by webhook, ${syslog.length} by syslog`,
    checks: {
      'one of them was not told': told,
      'the webhook was told of one twice': new Set(webhook.map(({ id }) => id)).size === webhook.length,
      'a request was not signed': messages.every(({ by, isSigned }) => by !== 'webhook' || isSigned === true),
      'the webhook was told something else': webhook.some(({ title }) => BLOCKED.test(title)),
      'syslog was told something else': syslog.some((text) => BLOCKED.test(text)),
      'one of them shows the card': !JSON.stringify(messages).includes(CARD),
    },
    evidence: { messages: messages.slice(0, 4) },
  };
}

const BLOCKED = new RegExp(`the response rule ${CARD_RULE} was met: session-blocked`);

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly namespace?: string;
}

/** What came by webhook about the shop. */
function byWebhook(messages: readonly Received[]): readonly Told[] {
  return messages
    .filter(({ by }) => by === 'webhook')
    .flatMap(({ text }) => (JSON.parse(text) as { readonly alerts: readonly Told[] }).alerts)
    .filter(({ kind, namespace }) => kind === 'response-rule' && namespace === SHOP);
}

/** The same by syslog: RFC 5424, with what it is about as structured data. */
function bySyslog(messages: readonly Received[]): readonly string[] {
  const about = new RegExp(
    `^<\\d+>1 \\S+ .*\\bkind="response-rule".*\\bnamespace="${SHOP}".*\\brule="${CARD_RULE}"`,
    's',
  );
  return messages.filter(({ by, text }) => by === 'syslog' && about.test(text)).map(({ text }) => text);
}
