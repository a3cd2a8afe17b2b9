import type { ContainerPrograms } from '@bulkhead/sentinel';
import { type CountListener, CountWatch } from '../counted/count-watch.ts';
import type { CountedProgram, NewAgentEvent, Subject } from '../event/agent-event.ts';

export interface WatchProgramsOptions extends CountListener<CountedProgram> {
  /** What was run since it was asked last, of each container that ran anything. */
  readonly take: () => readonly ContainerPrograms[];
  /** Whom that is about, by the container's id. */
  readonly subjectOf: (id: string) => Subject | undefined;
  readonly emit: (event: NewAgentEvent) => void;
  readonly now?: () => number;
}

/** Tells what the containers of this node run. */
export function watchPrograms({ take, emit, ...options }: WatchProgramsOptions): CountWatch<CountedProgram> {
  return new CountWatch({
    ...options,
    what: 'what containers run',
    identity: {
      nameOf: ({ executable }) => executable,
      kindOf: ({ user, fromImage, verdict }) => JSON.stringify([user, fromImage, verdict]),
    },
    take: () => take().map(({ id, programs, notCounted }) => ({ id, things: programs.map(toCounted), notCounted })),
    tell: ({ since, things, ...more }, subject) =>
      emit({ event: 'programs', since, ...subject, programs: things, ...more }),
  });
}

function toCounted({ path, user, fromImage, verdict, count }: ContainerPrograms['programs'][number]): CountedProgram {
  return {
    executable: path,
    ...(user !== undefined && { user }),
    ...(fromImage !== undefined && { fromImage }),
    verdict,
    count,
  };
}
