import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alertmanager, alertmanagerMissing, startAlertmanager } from './test-support/alertmanager.ts';
import { alertWith, send, sinkOf } from './test-support/config.ts';
import { type Rsyslog, rsyslogMissing, startRsyslog } from './test-support/rsyslog.ts';

const noRsyslog = rsyslogMissing();
if (noRsyslog !== undefined) process.stderr.write(`skipped: alerts at a real rsyslog: ${noRsyslog}\n`);
const noAlertmanager = alertmanagerMissing();
if (noAlertmanager !== undefined) process.stderr.write(`skipped: alerts at a real Alertmanager: ${noAlertmanager}\n`);

const WAIT = { timeout: 20_000, interval: 50 };
/** What would break a line, a field or a frame of a careless sender. */
const HOSTILE = 'Ünïcode "quoted" ] \\ <13>1 forged\n12 next';

describe.skipIf(noRsyslog !== undefined)('a real rsyslog', () => {
  let rsyslog: Rsyslog;

  beforeAll(async () => {
    rsyslog = await startRsyslog();
  });
  afterAll(() => rsyslog?.remove());

  it.each(['udp', 'tcp', 'tls'] as const)('takes alerts over %s apart as they were put together', async (transport) => {
    const before = (await rsyslog.lines()).length;
    const sink = sinkOf({
      kind: 'syslog',
      transport,
      host: '127.0.0.1',
      port: rsyslog[transport],
      ...(transport === 'tls' && { caFile: rsyslog.certificate.certificate }),
    });
    expect(await send(sink, alertWith('first', 'a-1'), alertWith(HOSTILE, 'a-2'))).toEqual({ outcome: 'delivered' });

    await expect.poll(async () => (await rsyslog.lines()).length - before, WAIT).toBe(2);
    const lines = (await rsyslog.lines()).slice(before);
    for (const line of lines) {
      expect(line).toMatchObject({ priority: '107', version: '1', host: 'api-0', program: 'bulkhead', process: '42' });
      expect(line.id).toBe('finding');
      expect(line.data).toMatch(/^\[.* namespace="shop".*\]$/);
    }
    expect(lines[0]?.message).toContain('first');
    expect(lines[1]?.message).toContain('Ünïcode "quoted" ] \\ <13>1 forged');
  });

  it('is given CEF and JSON as what the message begins with, each a line', async () => {
    for (const [format, beginning] of [
      ['cef', /^CEF:0\|Bulkhead\|Bulkhead\|1\.2\.3\|finding\|Ünïcode/],
      ['ocsf', /^\{"/],
    ] as const) {
      const before = (await rsyslog.lines()).length;
      const config = { kind: 'syslog', transport: 'tcp', host: '127.0.0.1', port: rsyslog.tcp, format };
      expect(await send(sinkOf(config), alertWith(HOSTILE))).toEqual({ outcome: 'delivered' });

      await expect.poll(async () => (await rsyslog.lines()).length - before, WAIT).toBe(1);
      expect((await rsyslog.lines()).at(-1)?.message).toMatch(beginning);
    }
  });
});

describe.skipIf(noAlertmanager !== undefined)('a real Alertmanager', () => {
  let alertmanager: Alertmanager;

  beforeAll(async () => {
    alertmanager = await startAlertmanager();
  });
  afterAll(() => alertmanager?.remove());

  it('fires what it is told, once for each cause, for as long as the sink says', async () => {
    const sink = sinkOf({ kind: 'alertmanager', url: alertmanager.url, firingMinutes: 30 });
    // Alerts of the past would be resolved at once.
    const now = new Date().toISOString();
    const alert = { ...alertWith(HOSTILE), at: now, firstSeen: now, lastSeen: now };
    expect(await send(sink, alert)).toEqual({ outcome: 'delivered' });
    expect(await send(sink, { ...alert, id: 'a-2', count: 7 })).toEqual({ outcome: 'delivered' });

    await expect.poll(async () => (await alertmanager.alerts()).length, WAIT).toBe(1);
    const [firing] = await alertmanager.alerts();
    expect(firing?.labels).toMatchObject({ severity: 'high', namespace: 'shop' });
    expect(JSON.stringify(firing?.annotations)).toContain('Ünïcode');
    expect(Date.parse(firing?.endsAt ?? '') - Date.now()).toBeGreaterThan(0);
  });

  it('fires what a node saw whose clock is ahead', async () => {
    const sink = sinkOf({ kind: 'alertmanager', url: alertmanager.url, firingMinutes: 30 });
    const now = new Date().toISOString();
    const ahead = new Date(Date.now() + 86_400_000).toISOString();
    const alert = { ...alertWith('ahead'), cause: 'ahead', at: now, firstSeen: ahead, lastSeen: ahead };

    expect(await send(sink, alert)).toEqual({ outcome: 'delivered' });

    const isFiring = async () => (await alertmanager.alerts()).some(({ labels }) => labels['cause'] === 'ahead');
    await expect.poll(isFiring, WAIT).toBe(true);
  });

  it('says what it does not take, and is not asked again', async () => {
    const sink = sinkOf({ kind: 'alertmanager', url: `${alertmanager.url}/elsewhere` });
    expect(await send(sink, alertWith('lost'))).toMatchObject({ outcome: 'failed', mayPass: false });
  });
});
