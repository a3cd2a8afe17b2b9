import { type Instruction, readInstructions } from '../../dockerfile/instructions.ts';
import type { LayerDescriptor } from '../../image/image.ts';
import { type Dockerfile, finalStage } from './dockerfile.ts';

/** Only these instructions make layers. */
const LAYER_MAKERS: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR']);
/** More of either is no image that a builder makes, and the alignment below costs their product. */
const MAX_ALIGNED = 256;
/** What a builder wrote about a layer is compared up to here; longer texts differ before. */
const MAX_HISTORY = 16 * 1024;

/**
 * Finds the line of a Dockerfile that made each layer, by diff id. Layers and instructions are aligned in order; an
 * instruction and a layer belong together when what the builder wrote into the image's history says so. Layers below
 * the first that was recognised came with the base image: their line is the FROM. Empty where no layer is recognised,
 * since then the image was not built from this file.
 */
export function layerLines(layers: readonly LayerDescriptor[], dockerfile: Dockerfile): ReadonlyMap<string, number> {
  const stage = finalStage(readInstructions(dockerfile.text).instructions);
  const from = stage.find(({ keyword }) => keyword === 'FROM');
  const makers = stage.filter(({ keyword }) => LAYER_MAKERS.has(keyword)).slice(0, MAX_ALIGNED);
  const candidates = layers.slice(-MAX_ALIGNED);
  const pairs = align(makers, candidates);
  const lines = new Map<string, number>();
  if (pairs.length === 0 || from === undefined) return lines;
  const firstOwn = Math.min(...pairs.map(({ layer }) => layer)) + (layers.length - candidates.length);
  for (const layer of layers.slice(0, firstOwn)) lines.set(layer.diffId, from.line);
  for (const { instruction, layer } of pairs) {
    const made = candidates[layer];
    const by = makers[instruction];
    if (made !== undefined && by !== undefined) lines.set(made.diffId, by.line);
  }
  return lines;
}

interface Pair {
  readonly instruction: number;
  readonly layer: number;
}

/** The best alignment that keeps both orders (Needleman–Wunsch without penalties). */
function align(makers: readonly Instruction[], layers: readonly LayerDescriptor[]): readonly Pair[] {
  const width = layers.length + 1;
  const best = new Int32Array((makers.length + 1) * width);
  const at = (row: number, column: number): number => best[row * width + column] ?? 0;
  const histories = layers.map(({ createdBy }) => historyOf(createdBy ?? ''));
  const scores = makers.map((maker) => {
    const written = writtenOf(maker);
    return histories.map((made) => likeness(written, made));
  });
  const score = (row: number, column: number): number => scores[row]?.[column] ?? 0;
  for (let row = makers.length - 1; row >= 0; row -= 1) {
    for (let column = layers.length - 1; column >= 0; column -= 1) {
      const paired = score(row, column) > 0 ? score(row, column) + at(row + 1, column + 1) : 0;
      best[row * width + column] = Math.max(paired, at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: Pair[] = [];
  for (let row = 0, column = 0; row < makers.length && column < layers.length; ) {
    // What fits several layers is the last of them: own layers lie above the base image's.
    if (at(row, column) === at(row, column + 1)) column += 1;
    else if (score(row, column) > 0 && at(row, column) === score(row, column) + at(row + 1, column + 1)) {
      pairs.push({ instruction: row, layer: column });
      row += 1;
      column += 1;
    } else row += 1;
  }
  return pairs;
}

const SAME = 4;
const SAME_TARGET = 2;
const SAME_KIND = 1;

interface Written {
  readonly keyword: string;
  readonly argument: string;
  readonly execForm: string | undefined;
  readonly heredoc: boolean;
}

interface Made {
  readonly keyword: string;
  readonly argument: string;
}

function writtenOf({ keyword, argument, documents }: Instruction): Written {
  const command = withoutFlags(flat(argument));
  // A here-document without a command is itself the script.
  const text = documents.length > 0 && /^<<\S+$/.test(command) ? flat(documents.join('\n')) : command;
  return {
    keyword,
    argument: text,
    execForm: keyword === 'RUN' ? execForm(text) : undefined,
    heredoc: documents.length > 0,
  };
}

/**
 * How well an instruction fits what a builder wrote into the history. Builders write RUN as they run it, and COPY and
 * ADD without flags (BuildKit) or with a checksum in place of the sources (the classic builder).
 */
function likeness(written: Written, made: Made): number {
  if (made.keyword !== written.keyword) return 0;
  if (made.argument === written.argument || made.argument === written.execForm) return SAME;
  if (written.heredoc) return SAME_KIND;
  if (written.keyword === 'RUN') return 0;
  return target(written.argument) === target(made.argument) ? SAME_TARGET : 0;
}

/** `RUN /bin/sh -c make # buildkit`, `|1 A=b /bin/sh -c make` and `/bin/sh -c #(nop) COPY file:… in /app `. */
function historyOf(createdBy: string): Made {
  // Runs of blanks go first: what follows is linear only without them.
  const text = flat(createdBy.slice(0, MAX_HISTORY)).replace(/ ?# buildkit$/, '');
  const nop = /^\/bin\/sh -c #\(nop\) ?([A-Z]+) (.*)$/s.exec(text);
  if (nop?.[1] !== undefined) return { keyword: nop[1], argument: (nop[2] ?? '').replace(/ in (\S+)$/, ' $1') };
  const named = /^(RUN|COPY|ADD|WORKDIR) (.*)$/s.exec(text);
  const keyword = named?.[1] ?? 'RUN';
  const argument = named?.[2] ?? text;
  if (keyword !== 'RUN') return { keyword, argument: withoutFlags(argument) };
  return {
    keyword,
    argument: argument.replace(/^\|\d+ .*?(?=\/bin\/)/s, '').replace(/^\/bin\/(?:ba|a)?sh -\S*c /, ''),
  };
}

function withoutFlags(argument: string): string {
  return argument.replace(/^(?:--[a-z-]+(?:=\S+)?\s+)+/, '');
}

/** `["make", "all"]`, as the history writes it: `make all`. */
function execForm(argument: string): string | undefined {
  try {
    const words: unknown = JSON.parse(argument);
    return Array.isArray(words) ? flat(words.join(' ')) : undefined;
  } catch {
    return undefined;
  }
}

function target(argument: string): string {
  const last = argument.slice(argument.lastIndexOf(' ') + 1);
  return last.length > 1 && last.endsWith('/') ? last.slice(0, -1) : last;
}

function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
