import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../capture/random.ts';
import type { Carrier } from './carrier/carrier.ts';
import type { DocumentKind } from './document/document.ts';
import { accuracyProgram, judgeCell, type LateVerdict } from './judge.ts';
import { CUTS } from './traffic/cut.ts';
import { type Consignment, recordCarrier } from './traffic/record-carrier.ts';
import type { Trial } from './trials.ts';

export const CARD = 'payment-card';

/** Recall of one detector over one protocol, one way to write the datum, and one cut. */
export interface Cell {
  readonly detector: string;
  readonly carrier: string;
  readonly kind: string;
  readonly group: 'plain' | 'encoded';
  readonly cut: string;
  readonly sessions: number;
  readonly found: number;
  readonly late: readonly LateVerdict[];
}

/** A kind of document with the consignments that are written so. */
interface Lot {
  readonly kind: DocumentKind;
  readonly consignments: readonly Consignment[];
}

/**
 * Records what one carrier's server and client make of some trials, each datum written in each kind, and inspects the
 * sessions under every cut.
 */
export async function measureRecall(carrier: Carrier, trials: readonly Trial[], seed: number): Promise<Cell[]> {
  const random = new Random(seed);
  const lots = trials.flatMap(({ kinds, data }) =>
    kinds
      .filter(({ cardsOnly = false }) => !cardsOnly || data[0]?.detector === CARD)
      .map(
        (kind): Lot => ({ kind, consignments: data.map((datum) => ({ datum, document: kind.write(datum, random) })) }),
      ),
  );
  const sessions = await recordCarrier(
    carrier,
    lots.flatMap(({ consignments }) => consignments),
  );
  const program = accuracyProgram();
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-accuracy-'));
  try {
    const cells: Cell[] = [];
    let at = 0;
    for (const { kind, consignments } of lots) {
      const recorded = sessions.slice(at, at + consignments.length);
      at += consignments.length;
      const group = carrier.group === 'encoded' ? 'encoded' : kind.group;
      const detector = consignments[0]?.datum.detector ?? '';
      for (const cut of CUTS) {
        const verdict = await judgeCell(program, folder, recorded, consignments, cut, seed + at);
        const { found, late } = verdict;
        const cell = { detector, carrier: carrier.name, kind: kind.name, group, cut: cut.name };
        cells.push({ ...cell, sessions: consignments.length, found, late });
      }
    }
    return cells;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
