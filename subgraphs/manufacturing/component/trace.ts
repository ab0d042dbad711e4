/** An installation as seen on the way: from the item nearer to the beginning to the one beyond. */
export interface Step {
  installationId: number;
  near: number;
  far: number;
}

/** An item that a trace comes to. */
export interface Reached {
  itemId: number;
  /** The fewest installations between it and the beginning. */
  level: number;
  /** The installation by which it is come to, of several the lowest id; null at the beginning. */
  by: Step | null;
}

/** What a walk over the installations found. */
export interface Trace {
  /** By item, those of the beginning first, each at its lowest level. */
  reached: ReadonlyMap<number, Reached>;
  /** Every installation that was met, each once, in the order of the levels. */
  steps: readonly Step[];
  /** Whether nothing lies beyond the levels that were asked for. */
  isComplete: boolean;
}

/**
 * Walks from some items, level by level. Each item is left once, at its lowest level, so that
 * loops in the data end. `stepsFrom` answers the installations that lead on, in the order of their
 * ids, and refuses to answer more than its limit.
 */
export async function walk(
  beginning: readonly number[],
  levels: number,
  stepsFrom: (items: readonly number[]) => Promise<readonly Step[]>,
): Promise<Trace> {
  const reached = new Map<number, Reached>(
    beginning.map((itemId) => [itemId, { itemId, level: 0, by: null }]),
  );
  const steps: Step[] = [];
  let frontier = [...reached.keys()];
  for (let level = 1; level <= levels && frontier.length > 0; level++) {
    const found = await stepsFrom(frontier);
    frontier = [];
    for (const step of found) {
      steps.push(step);
      if (reached.has(step.far)) continue;
      reached.set(step.far, { itemId: step.far, level, by: step });
      frontier.push(step.far);
    }
  }
  const beyond = frontier.length > 0 ? await stepsFrom(frontier) : [];
  return { reached, steps, isComplete: beyond.length === 0 };
}

/** The installations from the beginning to an item, in this order. */
export function pathTo(itemId: number, { reached }: Trace): number[] {
  const path: number[] = [];
  for (let by = reached.get(itemId)?.by; by; by = reached.get(by.near)?.by) {
    path.unshift(by.installationId);
  }
  return path;
}

/**
 * Loops among the steps, at most `most`: of each set of items that contain each other one shortest
 * loop, as the installations along it, from the item with the lowest id on.
 */
export function loopsAmong(steps: readonly Step[], most: number): number[][] {
  const from = new Map<number, Step[]>();
  for (const step of steps) {
    const known = from.get(step.near);
    if (known) known.push(step);
    else from.set(step.near, [step]);
  }
  return [...entangled(from)]
    .filter((items) => items.size > 1)
    .map((items) => ({ items, start: [...items].reduce((one, other) => Math.min(one, other)) }))
    .sort((one, other) => one.start - other.start)
    .slice(0, most)
    .map(({ items, start }) => shortestLoop(start, items, from));
}

/** A shortest way from an item back to itself, within items that all lead to each other. */
function shortestLoop(
  start: number,
  items: ReadonlySet<number>,
  from: ReadonlyMap<number, readonly Step[]>,
): number[] {
  const by = new Map<number, Step>();
  const queue = [start];
  for (const near of queue) {
    for (const step of from.get(near) ?? []) {
      if (!items.has(step.far) || by.has(step.far)) continue;
      by.set(step.far, step);
      if (step.far === start) return backFrom(step, start, by);
      queue.push(step.far);
    }
  }
  throw new Error("items that lead to each other have no loop");
}

function backFrom(last: Step, start: number, by: ReadonlyMap<number, Step>): number[] {
  const loop = [last.installationId];
  for (let near = last.near; near !== start; ) {
    const step = by.get(near);
    if (!step) throw new Error("a loop is not closed");
    loop.unshift(step.installationId);
    near = step.near;
  }
  return loop;
}

/** Tarjan's strongly connected components, without recursion: the data may be deep. */
function* entangled(from: ReadonlyMap<number, readonly Step[]>): Generator<Set<number>> {
  const order = new Map<number, number>();
  const lowest = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const lower = (item: number, to: number) =>
    lowest.set(item, Math.min(lowest.get(item) ?? to, to));
  for (const start of from.keys()) {
    if (order.has(start)) continue;
    const path = [{ item: start, next: 0 }];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { item } = top;
      if (top.next === 0) {
        lower(item, order.size);
        order.set(item, order.size);
        open.push(item);
        isOpen.add(item);
      }
      const step = from.get(item)?.[top.next];
      top.next += 1;
      if (step) {
        if (!order.has(step.far)) path.push({ item: step.far, next: 0 });
        else if (isOpen.has(step.far)) lower(item, order.get(step.far) ?? 0);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above) lower(above.item, lowest.get(item) ?? 0);
      if (lowest.get(item) === order.get(item)) yield closed(item, open, isOpen);
    }
  }
}

function closed(root: number, open: number[], isOpen: Set<number>): Set<number> {
  const items = new Set<number>();
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    isOpen.delete(item);
    items.add(item);
    if (item === root) break;
  }
  return items;
}
