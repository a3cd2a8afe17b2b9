import type { Random } from '../../capture/random.ts';

/** A piece of one side's bytes as one packet carries it. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** How a turn's bytes are laid out in packets. */
export interface Cut {
  readonly name: string;
  /** Whether every byte comes once and in order, so that the packet that completes a datum can be told. */
  readonly inOrder: boolean;
  readonly cut: (length: number, random: Random) => readonly Piece[];
}

const MAXIMUM_SEGMENT = 1460;
const LONGEST_RANDOM = 40;
/** Packets that may overtake each other: fewer than reassembly holds back. */
const SHUFFLED = 4;

/** The ways a sender or a network may cut and order the same bytes. */
export const CUTS: readonly Cut[] = [
  { name: 'whole', inOrder: true, cut: (length) => evenly(length, MAXIMUM_SEGMENT) },
  { name: 'random', inOrder: true, cut: (length, random) => randomly(length, random) },
  { name: 'bytes', inOrder: true, cut: (length) => evenly(length, 1) },
  { name: 'reordered', inOrder: false, cut: (length, random) => shuffled(randomly(length, random), random) },
  { name: 'retransmitted', inOrder: false, cut: (length, random) => repeated(randomly(length, random), random) },
];

function evenly(length: number, size: number): readonly Piece[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, index) => ({
    start: index * size,
    end: Math.min(length, (index + 1) * size),
  }));
}

function randomly(length: number, random: Random): Piece[] {
  const pieces: Piece[] = [];
  for (let start = 0; start < length; ) {
    const end = Math.min(length, start + 1 + random.below(LONGEST_RANDOM));
    pieces.push({ start, end });
    start = end;
  }
  return pieces;
}

function shuffled(pieces: readonly Piece[], random: Random): readonly Piece[] {
  const shuffledPieces: Piece[] = [];
  for (let at = 0; at < pieces.length; at += SHUFFLED) {
    const window = pieces.slice(at, at + SHUFFLED);
    while (window.length > 0) shuffledPieces.push(...window.splice(random.below(window.length), 1));
  }
  return shuffledPieces;
}

/** Some pieces come twice, some again together with what follows them: as after a lost acknowledgement. */
function repeated(pieces: readonly Piece[], random: Random): readonly Piece[] {
  return pieces.flatMap((piece, index) => {
    const chance = random.below(4);
    if (chance === 0) return [piece, piece];
    const before = pieces[index - 1];
    return chance === 1 && before !== undefined ? [{ start: before.start, end: piece.end }] : [piece];
  });
}
