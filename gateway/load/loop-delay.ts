import { monitorEventLoopDelay } from "node:perf_hooks";

/** The histogram's own interval, which it counts into every delay. */
const RESOLUTION_MS = 10;
/** Delays of so long a time are looked at together. */
const WINDOW_MS = 250;

/** How late the event loop is. */
export interface LoopDelay {
  /** The delay, in milliseconds, that one of ten looks exceeded in the last quarter of a second. */
  ms(): number;
  stop(): void;
}

/** Begins to measure how late this process's event loop is. */
export function loopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let present = 0;
  const timer = setInterval(() => {
    present = Math.max(0, histogram.percentile(90) / 1e6 - RESOLUTION_MS);
    histogram.reset();
  }, WINDOW_MS).unref();
  return {
    ms: () => present,
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
