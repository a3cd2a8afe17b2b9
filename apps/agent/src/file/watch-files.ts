import type { ContainerFiles } from '@bulkhead/sentinel';
import { type CountListener, CountWatch } from '../counted/count-watch.ts';
import type { CountedFile, NewAgentEvent, Subject } from '../event/agent-event.ts';

export interface WatchFilesOptions extends CountListener<CountedFile> {
  /** What was written since it was asked last, of each container that wrote anything. */
  readonly take: () => readonly ContainerFiles[];
  /** Whom that is about, by the container's id. */
  readonly subjectOf: (id: string) => Subject | undefined;
  readonly emit: (event: NewAgentEvent) => void;
  readonly now?: () => number;
}

/** Tells which files the containers of this node write. */
export function watchFiles({ take, emit, ...options }: WatchFilesOptions): CountWatch<CountedFile> {
  return new CountWatch({
    ...options,
    what: 'what containers write',
    identity: {
      nameOf: ({ path }) => path,
      kindOf: ({ executable, verdict, folder }) => JSON.stringify([executable, verdict, folder]),
    },
    take: () => take().map(({ id, files, notCounted }) => ({ id, things: files.map(toCounted), notCounted })),
    tell: ({ since, things, ...more }, subject) => emit({ event: 'files', since, ...subject, files: things, ...more }),
  });
}

function toCounted({ path, folder, executable, verdict, count }: ContainerFiles['files'][number]): CountedFile {
  return {
    path,
    ...(folder !== undefined && { folder }),
    ...(executable !== undefined && { executable }),
    access: 'write',
    verdict,
    count,
  };
}
