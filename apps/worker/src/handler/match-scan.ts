import type { DatabaseJudge } from '@bulkhead/advisory-db';
import { type Clock, errorText } from '@bulkhead/core';
import type { JobHandler, MatchScanJob } from '@bulkhead/queue';
import type { NodeScanStore } from '@bulkhead/store';
import type { Emit } from '../event.ts';
import { codeOf, isOfTheSbom, judgeSbom } from '../judge-sbom.ts';
import { isPermanent } from '../permanent.ts';

export interface MatchPorts {
  readonly nodeScans: Pick<NodeScanStore, 'match' | 'record' | 'rejudge' | 'fail'>;
  readonly judge: DatabaseJudge;
  readonly clock: Clock;
}

/** Holds what an agent found against the advisories, and notes with it why it could not when that is the last word. */
export function matchScanHandler({ nodeScans, judge, clock }: MatchPorts, emit: Emit): JobHandler<MatchScanJob> {
  const now = (): string => new Date(clock.now()).toISOString();
  return async ({ scan }, { signal, isLastAttempt }) => {
    const rejudge = (): Promise<void> =>
      nodeScans.rejudge(scan, now(), async (kept) => (await judgeSbom(kept, scan, judge)).judged);
    try {
      const sbom = await nodeScans.match(scan, now());
      // Where it is done, an earlier try may have ended before what is below.
      if (sbom === undefined) return await rejudge();
      const { judged, packages } = await judgeSbom(sbom, scan, judge);
      signal.throwIfAborted();
      if ((await nodeScans.record(scan, judged, now())) === 'gone') return;
      // A rescan that ran before this one was in the index has not seen it: judge it by what is known now.
      if (judge.database !== judged.database) await rejudge();
      const vulnerabilities = judged.findings.filter(({ suppressed }) => suppressed === undefined).length;
      emit({ event: 'scan-matched', scan, packages, vulnerabilities });
    } catch (error) {
      const code = codeOf(error);
      const isItsFault = isOfTheSbom(error);
      // What is not tried again would be matched for ever, before all that came later.
      if (!signal.aborted && (isLastAttempt || isItsFault || isPermanent(error))) {
        const message = errorText(error);
        await nodeScans.fail(scan, { code, message }, now());
        emit({ event: 'scan-not-matched', scan, code, problem: message });
      }
      if (!isItsFault) throw error;
    }
  };
}
