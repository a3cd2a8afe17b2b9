import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../capture/random.ts';
import type { Carrier } from './carrier/carrier.ts';
import type { Datum } from './datum/datum.ts';
import type { DocumentKind } from './document/document.ts';
import { accuracyProgram, judgeCell, type LateVerdict } from './judge.ts';
import { CUTS } from './traffic/cut.ts';
import { type Consignment, recordCarrier } from './traffic/record-carrier.ts';

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

/** What is to be measured over one carrier. */
export interface Trial {
  readonly carrier: Carrier;
  readonly kinds: readonly DocumentKind[];
  /** Data of one detector, made anew for every kind. */
  readonly detector: string;
  readonly data: (random: Random, count: number) => readonly Datum[];
  readonly count: number;
}

/** Records a trial's traffic with its real server and client, and inspects it under every cut. */
export async function measureRecall({ carrier, kinds, detector, data, count }: Trial, seed: number): Promise<Cell[]> {
  const random = new Random(seed);
  const wanted = kinds.filter(({ cardsOnly = false }) => !cardsOnly || detector === 'payment-card');
  const consignments = wanted.map((kind) =>
    data(random, count).map((datum): Consignment => ({ datum, document: kind.write(datum, random) })),
  );
  const sessions = await recordCarrier(carrier, consignments.flat());
  const program = accuracyProgram();
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-accuracy-'));
  try {
    const cells: Cell[] = [];
    let at = 0;
    for (const [index, kind] of wanted.entries()) {
      const own = consignments[index] ?? [];
      const recorded = sessions.slice(at, at + own.length);
      at += own.length;
      const group = carrier.group === 'encoded' ? 'encoded' : kind.group;
      for (const cut of CUTS) {
        const { found, late } = await judgeCell(program, folder, recorded, own, cut, seed + index);
        const cell = { detector, carrier: carrier.name, kind: kind.name, group, cut: cut.name };
        cells.push({ ...cell, sessions: own.length, found, late });
      }
    }
    return cells;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
