import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probe } from './probe.ts';
import { lacksNamespaces, makeNetlab, type Netlab } from './test-support/netlab.ts';
import { runText } from './transaction.ts';

describe.skipIf(lacksNamespaces())('probe', () => {
  let lab: Netlab;

  beforeAll(async () => {
    lab = await makeNetlab();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it('finds a way to a queue, and says why it cannot take the other', async () => {
    const offer = await probe(lab.client);

    expect(offer).toMatchObject({ conntrack: true, connectionMarks: true, reject: true });
    expect(offer.nativeQueue || offer.xtablesQueue).toBe(true);
    expect(offer.missing.nativeQueue === undefined).toBe(offer.nativeQueue);
    expect(offer.missing.xtablesQueue === undefined).toBe(offer.xtablesQueue);
  });

  it('agrees with what happens when such a rule is really added', async () => {
    const offer = await probe(lab.client);

    const added = await runText(lab.server, [
      'add table inet try',
      'add chain inet try chain',
      'add rule inet try chain queue num 0',
    ]).then(
      () => true,
      () => false,
    );

    expect(added).toBe(offer.nativeQueue);
  });

  it('leaves nothing behind, and asks a kernel once', async () => {
    const first = await probe(lab.client);
    const second = await probe(lab.router);

    expect(second).toBe(first);
    expect(await runText(lab.client, ['list ruleset'])).toBe('');
    expect(await runText(lab.router, ['list ruleset'])).toBe('');
  });

  it('says so when the namespace is gone, and can be asked again', async () => {
    const fresh = `./probe.ts?fresh-${process.pid}`;
    const { probe: probeAgain } = (await import(fresh)) as { probe: typeof probe };

    await expect(probeAgain('/run/netns/bh-nft-none')).rejects.toMatchObject({ code: 'NAMESPACE_UNAVAILABLE' });
    expect(await probeAgain(lab.client)).toMatchObject({ connectionMarks: true });
  });
});
