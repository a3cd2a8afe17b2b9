import type { FileEntry, FileReading, StreamReader, WholeFileReader } from '../../reader/reader.ts';
import { Collector } from './collector.ts';

interface Definition {
  readonly id: string;
  readonly version: number;
  /** Asked only for regular files: a link's content belongs to its target. */
  wants(file: FileEntry): boolean;
}

export interface WholeFileDefinition extends Definition {
  readonly maxBytes: number;
  read(content: Buffer, found: Collector, file: FileEntry): void;
}

/** A reading of a definition: like `FileReading`, with the collector at its end. */
export interface StreamParser {
  write(chunk: Buffer): boolean;
  end(complete: boolean, found: Collector): void;
}

export interface StreamDefinition extends Definition {
  open(file: FileEntry): StreamParser;
}

/** Makes a reader from what is special about it. What it throws against all care ends in a gap, not in the scan. */
export function wholeFileReader(definition: WholeFileDefinition): WholeFileReader {
  return {
    mode: 'whole',
    id: definition.id,
    version: definition.version,
    maxBytes: definition.maxBytes,
    wants: (file) => file.kind === 'file' && definition.wants(file),
    read(file, content) {
      const found = new Collector(definition.id, file.path);
      guarded(found, () => definition.read(content, found, file));
      return found.result();
    },
  };
}

/** As `wholeFileReader`, for files of any size. */
export function streamReader(definition: StreamDefinition): StreamReader {
  return {
    mode: 'stream',
    id: definition.id,
    version: definition.version,
    wants: (file) => file.kind === 'file' && definition.wants(file),
    open(file): FileReading {
      const found = new Collector(definition.id, file.path);
      const parser = definition.open(file);
      let failed = false;
      return {
        write(chunk) {
          let more = false;
          failed ||= !guarded(found, () => {
            more = parser.write(chunk);
          });
          return more && !failed;
        },
        end(complete) {
          if (!failed) guarded(found, () => parser.end(complete, found));
          return found.result();
        },
      };
    },
  };
}

/** Tests look for these words: a reader that needs this guard has a defect. */
export const READER_FAILED = 'the reader failed';

function guarded(found: Collector, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    found.gap('corrupt', `${READER_FAILED}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
