import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type ErrorCode, isRetryable } from "../../shared/domain-error.ts";
import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";
import type { Installation } from "./installation-row.ts";
import type { DeviceRecord, DeviceRow, Provision } from "./judge-row.ts";
import { newSecrets } from "./new-secrets.ts";
import {
  type BatchResult,
  NOT_SENT,
  type ProvisionVerdict,
  type RecordOutcome,
  refusalOf,
  type Settled,
  secretsOf,
  type Verdict,
} from "./settled.ts";

const RECORD_DEVICES = `mutation RecordDevices($input: [DeviceRecordInput!]!, $key: String, $dryRun: Boolean) {
  recordDevices(input: $input, idempotencyKey: $key, dryRun: $dryRun) {
    verdicts { index outcome revision code message field }
  }
}`;
const PROVISION_DEVICES = `mutation ProvisionDevices($input: [ProvisionInput!]!, $key: String, $dryRun: Boolean) {
  provisionDevices(input: $input, idempotencyKey: $key, dryRun: $dryRun) {
    verdicts { index connhexId outcome code message field initKey claimCode }
  }
}`;
const INSTALL_COMPONENTS = `mutation InstallComponents($input: [InstallationInput!]!, $key: String) {
  installComponents(input: $input, idempotencyKey: $key) {
    verdicts { index outcome code message field }
  }
}`;
/** Waits before further tries of a request that may succeed later: the first one, and the longest. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** Waits before it is asked again what became of identities that were pending. */
const PENDING_MS = [1_000, 2_000, 3_000, 4_000, 5_000, 5_000];

/** Says what is happening when it takes long. */
export type OnRetry = (reason: string, waitMs: number) => void;

/** What one run of an import has of its own. */
export interface Run {
  /**
   * Keys hold for one run: a retry within it changes nothing and gives the same verdicts, while a
   * later run is judged anew, so that what was refused then may be accepted now. A run that was
   * interrupted and is resumed is the same run.
   */
  id: string;
  /** Of the secrets that it makes. */
  seed: Buffer;
  isDryRun: boolean;
  /** How long it waits for a gateway that is away, all waits for one answer together. */
  patienceMs: number;
}

/** Five waits. */
export const USUAL_PATIENCE_SECONDS = 16;

/** Sends batches to the gateway, again where the answer was lost; rows in the order they were given. */
export class BatchSender {
  readonly #gateway: GatewayClient;
  readonly #run: Run;
  readonly #onRetry: OnRetry;

  constructor(gateway: GatewayClient, run: Run, onRetry: OnRetry) {
    this.#gateway = gateway;
    this.#run = run;
    this.#onRetry = onRetry;
  }

  /**
   * Records the rows, then provisions those that ask for it and were not refused. `batch` names
   * the batch within the run: its first row, counted from 0.
   */
  async recordAndProvision(rows: readonly DeviceRow[], batch: number): Promise<BatchResult> {
    const verdicts = await this.#record(
      rows.map((row) => row.record),
      batch,
    );
    const settled = verdicts.map(
      (verdict): Settled => ({
        ...NOT_SENT,
        record: verdict.outcome,
        refusal: refusalOf(verdict),
      }),
    );
    const asking = rows.flatMap(({ provision, record }, index) => {
      const outcome = settled[index]?.record;
      if (!provision || outcome === "REFUSED") return [];
      // In a dry run the device is not there yet: it is judged as it would be.
      const ifRecordedAs = record.disposition ?? "RELEASED";
      const isNew = this.#run.isDryRun && outcome === "RECORDED";
      return [{ index, provision: isNew ? { ...provision, ifRecordedAs } : provision }];
    });
    if (asking.length === 0) return { settled, failure: null };
    let identities: Settled[];
    try {
      identities = await this.provision(
        asking.map(({ provision }) => provision),
        batch,
      );
    } catch (failure) {
      return { settled, failure };
    }
    identities.forEach((identity, at) => {
      const index = asking[at]?.index ?? -1;
      const recorded = settled[index];
      if (recorded) settled[index] = { ...identity, record: recorded.record };
    });
    return { settled, failure: null };
  }

  /** Provisions devices that are recorded already. */
  async provision(given: readonly Provision[], batch: number): Promise<Settled[]> {
    const { isDryRun, seed } = this.#run;
    const input = isDryRun ? given : given.map((row) => ({ ...row, ...newSecrets(seed, row) }));
    const verdicts = await this.#judged<Provision, ProvisionVerdict>(
      input,
      `provision ${batch}`,
      async (rows, key) => {
        const answer = await this.#gateway.ask<{
          provisionDevices: { verdicts: ProvisionVerdict[] };
        }>(PROVISION_DEVICES, { input: rows, ...this.#keyed(key) });
        return answer.provisionDevices.verdicts;
      },
    );
    return verdicts.map((verdict, index) => {
      const { serialNumber = "", initKey, isProtected } = given[index] ?? {};
      const isNew = verdict.outcome === "PROVISIONED" || verdict.outcome === "PENDING";
      const lacksKey = initKey === undefined && verdict.initKey === null;
      const lacksCode = isProtected === true && verdict.claimCode === null;
      return {
        record: null,
        provision: verdict.outcome,
        refusal: refusalOf(verdict),
        secrets: secretsOf(verdict, serialNumber),
        secretsAreLost: !isDryRun && isNew && (lacksKey || lacksCode),
      };
    });
  }

  /** Records what is within what. */
  async install(input: readonly Installation[], batch: number): Promise<Settled[]> {
    const verdicts = await this.#judged(input, `install ${batch}`, async (rows, key) => {
      const answer = await this.#gateway.ask<{
        installComponents: { verdicts: Verdict<RecordOutcome>[] };
      }>(INSTALL_COMPONENTS, { input: rows, key });
      return answer.installComponents.verdicts;
    });
    return verdicts.map((verdict) => ({
      ...NOT_SENT,
      record: verdict.outcome,
      refusal: refusalOf(verdict),
    }));
  }

  #record(input: readonly DeviceRecord[], batch: number): Promise<Verdict<RecordOutcome>[]> {
    return this.#judged(input, `record ${batch}`, async (rows, key) => {
      const answer = await this.#gateway.ask<{
        recordDevices: { verdicts: Verdict<RecordOutcome>[] };
      }>(RECORD_DEVICES, { input: rows, ...this.#keyed(key) });
      return answer.recordDevices.verdicts;
    });
  }

  #keyed(key: string): { key?: string; dryRun: boolean } {
    return this.#run.isDryRun ? { dryRun: true } : { key, dryRun: false };
  }

  /**
   * One verdict a row; rows that could not be judged now are sent again by themselves. "Not now" is
   * no verdict: where it is all that patience brings, the batch has failed, and may be sent later.
   */
  async #judged<Row, V extends Verdict<string>>(
    input: readonly Row[],
    step: string,
    send: (rows: readonly Row[], key: string) => Promise<V[]>,
  ): Promise<V[]> {
    const verdicts: V[] = [];
    let open = input.map((row, index) => ({ row, index }));
    let leftMs = this.#run.patienceMs;
    for (let attempt = 1; open.length > 0; attempt += 1) {
      const rows = open.map(({ row }) => row);
      const key = keyOf(this.#run.id, `${step} ${attempt}`, rows);
      const answered = await this.#settled(() => this.#persist(() => send(rows, key)));
      assertAllJudged(answered, rows.length);
      const byIndex = new Map(answered.map((verdict) => [verdict.index, verdict]));
      const again: typeof open = [];
      let notNow: V | null = null;
      for (const [at, place] of open.entries()) {
        const verdict = byIndex.get(at);
        if (!verdict) continue;
        if (isRetryable(verdict.code as ErrorCode)) {
          again.push(place);
          notNow ??= verdict;
        } else verdicts[place.index] = verdict;
      }
      if (notNow) {
        const reason = `${again.length} rows could not be judged (${notNow.message})`;
        const waitMs = waitBefore(attempt);
        leftMs -= waitMs;
        if (leftMs < 0) throw new CliError(notNow.code as ErrorCode, reason);
        await this.#pause(waitMs, reason);
      }
      open = again;
    }
    return verdicts;
  }

  /** Asks again under the same key while a service that was away has yet to confirm something. */
  async #settled<V extends Verdict<string>>(ask: () => Promise<V[]>): Promise<V[]> {
    let verdicts = await ask();
    for (const waitMs of PENDING_MS) {
      const pending = verdicts.filter(({ outcome }) => outcome === "PENDING").length;
      if (pending === 0) break;
      await this.#pause(waitMs, `${pending} cloud identities are pending`);
      verdicts = await ask();
    }
    return verdicts;
  }

  /** Sends one batch until it is answered, each time under the same key. */
  async #persist<V>(send: () => Promise<V[]>): Promise<V[]> {
    let leftMs = this.#run.patienceMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send();
      } catch (error) {
        const waitMs = waitBefore(attempt);
        leftMs -= waitMs;
        if (!(error instanceof CliError) || !error.retryable || leftMs < 0) throw error;
        await this.#pause(waitMs, error.message);
      }
    }
  }

  async #pause(waitMs: number, reason: string): Promise<void> {
    this.#onRetry(reason, waitMs);
    await wait(waitMs);
  }
}

function waitBefore(attempt: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
}

function keyOf(run: string, step: string, rows: readonly unknown[]): string {
  return createHash("sha256").update(`${run}:${step}:`).update(JSON.stringify(rows)).digest("hex");
}

function assertAllJudged(verdicts: readonly { index: number }[], rows: number): void {
  const judged = new Set(verdicts.map(({ index }) => index));
  if (judged.size === rows && verdicts.length === rows) return;
  const message = `the gateway gave ${verdicts.length} verdicts on ${rows} rows`;
  throw new CliError("GATEWAY_ANSWER", message);
}
