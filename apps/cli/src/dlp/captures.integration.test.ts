import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { bulkhead, captureReport, findingsOf } from '../testing/bulkhead.ts';

const EICAR = fileURLToPath(new URL('../../../../examples/sensors/eicar.yaml', import.meta.url));
const CAPTURES = fileURLToPath(new URL('../../../../../shared/pcaps/', import.meta.url));

describe('real captures', () => {
  // They belong to others, so they are beside the project and not in it.
  beforeEach(({ skip }) => skip(!existsSync(CAPTURES), `no folder ${CAPTURES}`));

  it.each`
    capture                           | detectors
    ${'b-sv-bug-7390.pcap'}           | ${['jwt']}
    ${'b-zeek-wstunnel-http.pcap'}    | ${['jwt']}
    ${'a-ndpi-tls_2_reasms_b.pcapng'} | ${[]}
  `('$capture holds $detectors', ({ capture, detectors }: { capture: string; detectors: string[] }) => {
    const result = bulkhead(['dlp', 'inspect', join(CAPTURES, capture), '--format', 'json']);

    expect(findingsOf(result).map((finding) => finding.detector)).toEqual(detectors);
  });

  it.each(['c-sv-tcp-overlap.pcap', 'c-sv-tcp-overlap2.pcap'])(
    '%s has bytes that were refused as an overlap',
    (capture) => {
      const { stdout } = bulkhead(['dlp', 'inspect', join(CAPTURES, capture), '--format', 'json']);

      const reasons = captureReport({ stdout }).files[0]?.notInspectedReasons ?? {};

      expect(reasons).toHaveProperty('overlap');
    },
  );

  it('finds EICAR in at least 240 of the 255 ways to hide it', () => {
    const pack = mkdtempSync(join(tmpdir(), 'bulkhead-evader-'));
    onTestFinished(() => rmSync(pack, { recursive: true }));
    expect(spawnSync('tar', ['-xzf', join(CAPTURES, 'http-evader-half.tar.gz'), '-C', pack]).status).toBe(0);
    const captures = readdirSync(pack, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.pcap'))
      .toSorted()
      .map((name) => join(pack, name));

    const { stdout } = bulkhead(['dlp', 'inspect', '--sensor', EICAR, '--format', 'json', ...captures]);

    const found = captureReport({ stdout }).files.filter((entry) => entry.findings.length > 0);
    expect(captures).toHaveLength(255);
    expect(found.length).toBeGreaterThanOrEqual(240);
  });
});
