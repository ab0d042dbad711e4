import { type DemoExamples, demoExamples } from "./examples.ts";
import { type LoadOptions, loadDemo } from "./load-demo.ts";

/** What a demo brought, for people and for `--json`. */
export interface DemoSummary {
  tenant: string;
  seed: string;
  devices: number;
  revisions: number;
  /** Memberships of production groups, once for each change. */
  groups: number;
  components: number;
  installations: number;
  owners: number;
  provisioned: number;
  seconds: number;
  rowsPerSecond: number;
  examples: DemoExamples;
}

export interface RunDemoOptions extends Omit<LoadOptions, "seed" | "tenant" | "onProgress"> {
  seed?: string;
  tenant?: string;
  /** Is told how many devices of all have been sent, some times a second. */
  onProgress?: (done: number, all: number) => void;
}

export const DEFAULT_SEED = "tracegraph";
export const DEFAULT_TENANT = "demo";
/** What a first start records: enough for lots of some hundreds, in about a second. */
export const FIRST_DEMO_DEVICES = 2_000;

/** Loads a demo into an empty tenant and says where to begin: `tracegraph demo`. */
export async function runDemo(options: RunDemoOptions): Promise<DemoSummary> {
  const { devices, onProgress } = options;
  const seed = options.seed ?? DEFAULT_SEED;
  const tenant = options.tenant ?? DEFAULT_TENANT;
  const startedAt = performance.now();
  const rows = await loadDemo({
    ...options,
    seed,
    tenant,
    onProgress: (done) => onProgress?.(done, devices),
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const { manufacturing, ownership } = rows;
  const all = [...Object.values(manufacturing), ...Object.values(ownership)];
  const present = options.present === undefined ? {} : { present: options.present };
  return {
    tenant,
    seed,
    devices: manufacturing.device,
    revisions: manufacturing.device_revision,
    groups: manufacturing.device_group,
    components: manufacturing.component,
    installations: manufacturing.installation,
    owners: ownership.owner,
    provisioned: ownership.cloud_identity,
    seconds: Math.round(seconds * 100) / 100,
    rowsPerSecond: Math.round(all.reduce((sum, count) => sum + count, 0) / seconds),
    examples: demoExamples({ seed, devices, ...present }),
  };
}
