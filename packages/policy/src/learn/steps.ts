/** Work of seconds in steps of milliseconds: whoever has more to do than this does that in between. */
export type Steps<Result> = Generator<void, Result>;

/** So many things are one step. */
export const OF_A_STEP = 1_024;

/** Does all of it at once. */
export function finished<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** What is made of each of some things, step by step. */
export function* mapped<Thing, Made>(things: readonly Thing[], make: (thing: Thing) => Made): Steps<readonly Made[]> {
  const made: Made[] = [];
  for (const thing of things) {
    made.push(make(thing));
    if (made.length % OF_A_STEP === 0) yield;
  }
  return made;
}
