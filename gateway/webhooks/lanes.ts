/** How things are worked on: some at once, those of one lane after one another. */
export interface LanesOptions<Thing> {
  lanes: number;
  /** Things of one name keep their order. */
  laneOf(thing: Thing): string;
  /** Answers whether it succeeded. Must not reject. */
  work(thing: Thing): Promise<boolean>;
}

/**
 * Works on things in lanes until one fails: then nothing more is begun. Answers those that
 * succeeded; of each lane they are the first ones.
 */
export async function inLanes<Thing>(
  things: readonly Thing[],
  { lanes, laneOf, work }: LanesOptions<Thing>,
): Promise<Set<Thing>> {
  const queues = new Map<string, Thing[]>();
  for (const thing of things) {
    const name = laneOf(thing);
    const queue = queues.get(name);
    if (queue) queue.push(thing);
    else queues.set(name, [thing]);
  }
  const waiting = [...queues.values()];
  const done = new Set<Thing>();
  let hasFailed = false;
  const runOne = async () => {
    for (let queue = waiting.shift(); queue; queue = waiting.shift()) {
      for (const thing of queue) {
        if (hasFailed) return;
        if (await work(thing)) done.add(thing);
        else hasFailed = true;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, runOne));
  return done;
}
