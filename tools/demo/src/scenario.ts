import { setTimeout as sleep } from 'node:timers/promises';
import { type Conclusion, type Line, runStep, type StepResult } from '@bulkhead/lab';
import { type ClientRequest, HOSTS, isAbout, type Stage } from './stage.ts';

/** A number every payment service documents for tests: valid by all rules, and nobody's money. */
const CARD = '4111111111111111';
const ORDER = { orderId: '7402231', item: 'book', quantity: 1, email: 'ada@example.com' };
const PLAIN_ORDER = JSON.stringify(ORDER);
const CARD_ORDER = JSON.stringify({ ...ORDER, cardNumber: CARD, expiry: '12/29' });
const SSN = '536-22-8145';

/** What reached a server needs a moment to appear in its log; a reset connection closes at once. */
const LOG_MS = 300;

/** Everything the demo shows, in order. The agent is stopped by the last step. */
export function scenario(stage: Stage): readonly (() => Promise<StepResult>)[] {
  return [
    () => runStep('order without a card, HTTP', 'passes', () => plainOrder(stage)),
    () => runStep('order with a card, HTTP', 'blocked, never arrives', () => cardOrder(stage, {})),
    () => runStep('order with a card, HTTP over IPv6', 'blocked, never arrives', () => cardOrder(stage, { ip: 6 })),
    () => runStep('the same order, TLS', 'passes, kernel takes over', () => encryptedOrder(stage)),
    () => runStep('customer record with an SSN', 'SSN masked in flight', () => customerRecord(stage)),
    () => runStep('the client, in monitor mode', 'reported, never stopped', () => watchedClient(stage)),
    () => runStep('the agent is stopped', 'no rule is left', () => stopAgent(stage)),
  ];
}

async function plainOrder(stage: Stage): Promise<Conclusion> {
  const log = stage.server('shop');
  const from = log.lines.length;
  const outcome = await stage.request('shop', { path: '/orders', body: PLAIN_ORDER });
  await sleep(LOG_MS);
  const arrived = bodies(log.lines.slice(from));
  return {
    seen: `status ${outcome.status ?? outcome.error} in ${ms(outcome.ms)}`,
    checks: {
      'the client got no answer': outcome.status === 200,
      'the order did not reach the shop as sent': arrived.includes(PLAIN_ORDER),
    },
    evidence: { outcome, shopLog: log.lines.slice(from) },
  };
}

async function cardOrder(stage: Stage, options: Pick<ClientRequest, 'ip'>): Promise<Conclusion> {
  const log = stage.server('shop');
  const netns = stage.network.host('shop').path;
  const from = { log: log.lines.length, agent: stage.agent.lines.length };
  const outcome = await stage.request('shop', { path: '/orders', body: CARD_ORDER, ...options });
  const since = { from: from.agent };
  const finding = await stage.agent.waitFor('finding', (line) => isBlock(line, netns), since);
  const blocked = await stage.agent.waitFor(
    'session-blocked',
    (line) => isAbout(line, 'session-blocked', netns),
    since,
  );
  const capture = await stage.agent.waitFor('capture', (line) => isAbout(line, 'capture-written', netns), since);
  await sleep(LOG_MS);
  const shopLog = log.lines.slice(from.log);
  return {
    seen: `${outcome.error ?? `status ${outcome.status}`} in ${ms(outcome.ms)}; ${String(finding.masked)} found in ${String(finding.field)}`,
    checks: {
      'the client was not reset': outcome.error === 'ECONNRESET',
      'the card number reached the shop': !JSON.stringify(shopLog).includes(CARD),
      'the finding shows the card number': !JSON.stringify(finding).includes(CARD),
    },
    evidence: { outcome, shopLog, finding, blocked, capture },
  };
}

async function encryptedOrder(stage: Stage): Promise<Conclusion> {
  const log = stage.server('payments');
  const netns = stage.network.host('payments').path;
  const from = { log: log.lines.length, agent: stage.agent.lines.length };
  const before = await stage.kernelCount('payments', 'handed-over');
  const outcome = await stage.request('payments', { path: '/charges', body: CARD_ORDER, over: 'tls' });
  const offloaded = await stage.agent.waitFor('hand-over', (line) => isAbout(line, 'session-offloaded', netns), {
    from: from.agent,
  });
  await sleep(LOG_MS);
  const handedOver = (await stage.kernelCount('payments', 'handed-over')) - before;
  return {
    seen: `status ${outcome.status ?? outcome.error} in ${ms(outcome.ms)}; TLS ${String(offloaded.tlsVersion)} handed over, ${handedOver} packets by the kernel`,
    checks: {
      'the client got no answer': outcome.status === 200,
      'the order did not arrive as sent': bodies(log.lines.slice(from.log)).includes(CARD_ORDER),
      'the kernel forwarded nothing by itself': handedOver > 0,
      'something was found in an encrypted session': !stage.agent.lines
        .slice(from.agent)
        .some((line) => isAbout(line, 'finding', netns)),
    },
    evidence: { outcome, paymentsLog: log.lines.slice(from.log), offloaded, packetsHandedOver: handedOver },
  };
}

async function customerRecord(stage: Stage): Promise<Conclusion> {
  const netns = stage.network.host('shop').path;
  const from = stage.agent.lines.length;
  const outcome = await stage.request('shop', { path: '/customers/42' });
  const finding = await stage.agent.waitFor(
    'masking',
    (line) => isAbout(line, 'finding', netns) && line.verdict === 'mask',
    { from },
  );
  const record = JSON.parse(outcome.body ?? '{}') as { ssn?: string; name?: string };
  return {
    seen: `status ${outcome.status ?? outcome.error} in ${ms(outcome.ms)}; the client sees ${record.ssn}`,
    checks: {
      'the client got no answer': outcome.status === 200,
      'the number arrived': !(outcome.body ?? SSN).includes(SSN),
      'the number is not masked in place': /^\*{3}-\*{2}-.{4}$/.test(record.ssn ?? ''),
      'the rest of the record did not arrive': record.name === 'Ada Example',
    },
    evidence: { outcome, finding },
  };
}

async function watchedClient(stage: Stage): Promise<Conclusion> {
  const netns = stage.network.host('client').path;
  const finding = await stage.agent.waitFor('finding', (line) => isAbout(line, 'finding', netns));
  const lines = stage.agent.lines.filter((line) => line.netns === netns);
  const rules = await stage.rules('client');
  return {
    seen: `${lines.filter((line) => line.event === 'finding').length} findings, all ${String(finding.verdict)}`,
    checks: {
      'a finding did more than alert': lines.every((line) => line.event !== 'finding' || line.verdict === 'alert'),
      'a session was blocked': lines.every((line) => line.event !== 'session-blocked'),
      // What counts flows is there, and can stop none.
      'a rule in its namespace could stop something': !/table inet bulkhead \{|\b(drop|reject|queue(?!-))\b/.test(
        rules,
      ),
    },
    evidence: { finding, rules },
  };
}

async function stopAgent(stage: Stage): Promise<Conclusion> {
  const exitCode = await stage.stopAgent();
  const left = await Promise.all(HOSTS.map(async (host) => ({ host, rules: (await stage.rules(host)).trim() })));
  const answer = await stage.request('shop', { path: '/orders', body: PLAIN_ORDER });
  return {
    seen: `exit code ${exitCode}, ${left.filter(({ rules }) => rules !== '').length} namespaces with rules`,
    checks: {
      'the agent did not end cleanly': exitCode === 0,
      'rules are left behind': left.every(({ rules }) => rules === ''),
      'the network does not work without the agent': answer.status === 200,
    },
    evidence: { exitCode, left, answer },
  };
}

function isBlock(line: Line, netns: string): boolean {
  return isAbout(line, 'finding', netns) && line.verdict === 'block';
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

/** Bodies of the requests among a server's lines. */
function bodies(lines: readonly Line[]): readonly string[] {
  return lines.flatMap((line) => (typeof line.body === 'string' ? [line.body] : []));
}
