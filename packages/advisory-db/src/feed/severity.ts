import { compareSeverities, type Severity } from '@bulkhead/core';
import { type Advisory, rateScore, scoreVector } from '@bulkhead/scanner';
import type { OsvRecord } from './osv-schema.ts';

/** Words of the feeds for how bad something is: GitHub, Ubuntu, Red Hat and its rebuilds, Debian, SUSE. */
const WORDS: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  moderate: 'medium',
  medium: 'medium',
  low: 'low',
  negligible: 'negligible',
  none: 'negligible',
  // Debian: no security impact worth a fix.
  unimportant: 'negligible',
};

/** The CVSS vectors of a record that can be scored, newest version first. */
export function scoredVectors(record: OsvRecord): Advisory['cvss'] {
  const vectors = new Set(
    [record.severity, ...(record.affected ?? []).map(({ severity }) => severity)]
      .flatMap((severities) => severities ?? [])
      .filter(({ type }) => type.startsWith('CVSS_'))
      .map(({ score }) => score),
  );
  return [...vectors]
    .flatMap((vector) => {
      const score = scoreVector(vector);
      return score === undefined ? [] : { vector, score };
    })
    .toSorted((a, b) => versionOf(b.vector) - versionOf(a.vector));
}

/** The feed's own word where it has one, since it knows the package as it is built there; else the best vector's rating. */
export function severityOf(record: OsvRecord, cvss: Advisory['cvss']): Severity {
  const word = wordsOf(record)
    .map((text) => (Object.hasOwn(WORDS, text) ? (WORDS[text] ?? 'unknown') : 'unknown'))
    .toSorted(compareSeverities)
    .at(-1);
  if (word !== undefined && word !== 'unknown') return word;
  const [best] = cvss;
  return best === undefined ? 'unknown' : rateScore(best.score);
}

function wordsOf({ severity, summary, affected, database_specific: specific }: OsvRecord): readonly string[] {
  const entries = (affected ?? []).flatMap(({ ecosystem_specific: own, database_specific: theirs }) => [
    own?.['urgency'],
    own?.['severity'],
    theirs?.['severity'],
  ]);
  return [
    specific?.['severity'],
    // Ubuntu's own scale.
    ...(severity ?? []).filter(({ type }) => !type.startsWith('CVSS_')).map(({ score }) => score),
    // "Important: nodejs:18 security update"
    /^(?:Critical|Important|Moderate|Low)(?=: )/.exec(summary ?? '')?.[0],
    ...entries,
  ].flatMap((word) => (typeof word === 'string' ? word.toLowerCase() : []));
}

/** 4, 3.1, 3 or 2: a vector of version 2 has no prefix. */
function versionOf(vector: string): number {
  return Number(/^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? 2);
}
