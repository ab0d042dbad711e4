import { createHash, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type ErrorCode, isRetryable } from "../../shared/domain-error.ts";
import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";
import type { Installation } from "./installation-row.ts";
import type { DeviceRecord, DeviceRow, Provision } from "./judge-row.ts";
import type { Refusal } from "./row.ts";

const RECORD_DEVICES = `mutation RecordDevices($input: [DeviceRecordInput!]!, $key: String) {
  recordDevices(input: $input, idempotencyKey: $key) {
    verdicts { index outcome revision code message field }
  }
}`;
const PROVISION_DEVICES = `mutation ProvisionDevices($input: [ProvisionInput!]!, $key: String) {
  provisionDevices(input: $input, idempotencyKey: $key) {
    verdicts { index connhexId outcome code message field initKey claimCode }
  }
}`;
const INSTALL_COMPONENTS = `mutation InstallComponents($input: [InstallationInput!]!, $key: String) {
  installComponents(input: $input, idempotencyKey: $key) {
    verdicts { index outcome code message field }
  }
}`;
/** Waits before each further try of a request that may succeed later. */
const BACK_OFF_MS = [500, 1_000, 2_000, 4_000, 8_000];
/** How often single rows are sent again that the gateway could not judge now. */
const ROW_TRIES = 3;

export type RecordOutcome = "RECORDED" | "REVISED" | "UNCHANGED" | "REFUSED";
export type ProvisionOutcome = "PROVISIONED" | "PENDING" | "UNCHANGED" | "REFUSED";

interface Verdict<Outcome> {
  index: number;
  outcome: Outcome;
  code: string | null;
  message: string | null;
  field: string | null;
}
interface ProvisionVerdict extends Verdict<ProvisionOutcome> {
  connhexId: string | null;
  initKey: string | null;
  claimCode: string | null;
}

/** Secrets that the gateway made for a device and tells this once. */
export interface Secrets {
  serialNumber: string;
  connhexId: string;
  initKey: string | null;
  claimCode: string | null;
}

/** What became of one row. */
export interface Settled {
  record: RecordOutcome | null;
  provision: ProvisionOutcome | null;
  refusal: Refusal | null;
  secrets: Secrets | null;
  /** The gateway made secrets for the device in an answer that was lost: nobody knows them. */
  secretsAreLost: boolean;
}

/** A row that nobody was asked about. */
export const NOT_SENT: Settled = {
  record: null,
  provision: null,
  refusal: null,
  secrets: null,
  secretsAreLost: false,
};

/** What became of a batch. After a failure the rows are recorded and none of them is known to be provisioned. */
export interface BatchResult {
  settled: readonly Settled[];
  failure: unknown;
}

/** Says what is happening when it takes long. */
export type OnRetry = (reason: string, waitMs: number) => void;

/** Sends batches to the gateway, again where the answer was lost; rows in the order they were given. */
export class BatchSender {
  readonly #gateway: GatewayClient;
  readonly #onRetry: OnRetry;
  /**
   * Keys hold for one run: a retry within it changes nothing and gives the same verdicts, while a
   * later run is judged anew, so that what was refused then may be accepted now.
   */
  readonly #run = randomUUID();
  #batches = 0;

  constructor(gateway: GatewayClient, onRetry: OnRetry) {
    this.#gateway = gateway;
    this.#onRetry = onRetry;
  }

  /** Records the rows, then provisions those that ask for it and were not refused. */
  async recordAndProvision(rows: readonly DeviceRow[]): Promise<BatchResult> {
    const verdicts = await this.#record(rows.map((row) => row.record));
    const settled = verdicts.map(
      (verdict): Settled => ({
        ...NOT_SENT,
        record: verdict.outcome,
        refusal: refusalOf(verdict),
      }),
    );
    const asking = rows.flatMap(({ provision }, index) =>
      provision && settled[index]?.record !== "REFUSED" ? [{ provision, index }] : [],
    );
    if (asking.length === 0) return { settled, failure: null };
    let identities: Settled[];
    try {
      identities = await this.provision(asking.map(({ provision }) => provision));
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
  async provision(input: readonly Provision[]): Promise<Settled[]> {
    const verdicts = await this.#judged<Provision, ProvisionVerdict>(input, async (rows, key) => {
      const answer = await this.#gateway.ask<{
        provisionDevices: { verdicts: ProvisionVerdict[] };
      }>(PROVISION_DEVICES, { input: rows, key });
      return answer.provisionDevices.verdicts;
    });
    return verdicts.map((verdict, index) => {
      const { serialNumber = "", initKey, isProtected } = input[index] ?? {};
      const isNew = verdict.outcome === "PROVISIONED" || verdict.outcome === "PENDING";
      const lacksKey = initKey === undefined && verdict.initKey === null;
      const lacksCode = isProtected === true && verdict.claimCode === null;
      return {
        record: null,
        provision: verdict.outcome,
        refusal: refusalOf(verdict),
        secrets: secretsOf(verdict, serialNumber),
        secretsAreLost: isNew && (lacksKey || lacksCode),
      };
    });
  }

  /** Records what is within what. */
  async install(input: readonly Installation[]): Promise<Settled[]> {
    const verdicts = await this.#judged(input, async (rows, key) => {
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

  #record(input: readonly DeviceRecord[]): Promise<Verdict<RecordOutcome>[]> {
    return this.#judged(input, async (rows, key) => {
      const answer = await this.#gateway.ask<{
        recordDevices: { verdicts: Verdict<RecordOutcome>[] };
      }>(RECORD_DEVICES, { input: rows, key });
      return answer.recordDevices.verdicts;
    });
  }

  /** One verdict a row; rows that could not be judged now are sent again by themselves. */
  async #judged<Row, V extends Verdict<string>>(
    input: readonly Row[],
    send: (rows: readonly Row[], key: string) => Promise<V[]>,
  ): Promise<V[]> {
    const verdicts: V[] = [];
    let open = input.map((row, index) => ({ row, index }));
    for (let attempt = 1; open.length > 0; attempt += 1) {
      const rows = open.map(({ row }) => row);
      const answered = await this.#persist(rows, send);
      assertAllJudged(answered, rows.length);
      const byIndex = new Map(answered.map((verdict) => [verdict.index, verdict]));
      const again: typeof open = [];
      for (const [at, place] of open.entries()) {
        const verdict = byIndex.get(at);
        if (!verdict) continue;
        const mayPass = attempt < ROW_TRIES && isRetryable(verdict.code as ErrorCode);
        if (mayPass) again.push(place);
        else verdicts[place.index] = verdict;
      }
      if (again.length > 0)
        await this.#pause(attempt - 1, `${again.length} rows could not be judged`);
      open = again;
    }
    return verdicts;
  }

  /** Sends one batch until it is answered, each time under the same key. */
  async #persist<Row, V>(
    rows: readonly Row[],
    send: (rows: readonly Row[], key: string) => Promise<V[]>,
  ): Promise<V[]> {
    this.#batches += 1;
    const key = keyOf(this.#run, this.#batches, rows);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await send(rows, key);
      } catch (error) {
        const isLast = attempt >= BACK_OFF_MS.length;
        if (!(error instanceof CliError) || !error.retryable || isLast) throw error;
        await this.#pause(attempt, error.message);
      }
    }
  }

  async #pause(attempt: number, reason: string): Promise<void> {
    const waitMs = BACK_OFF_MS[attempt] ?? 8_000;
    this.#onRetry(reason, waitMs);
    await wait(waitMs);
  }
}

function keyOf(run: string, batch: number, rows: readonly unknown[]): string {
  return createHash("sha256").update(`${run}:${batch}:`).update(JSON.stringify(rows)).digest("hex");
}

function assertAllJudged(verdicts: readonly { index: number }[], rows: number): void {
  const judged = new Set(verdicts.map(({ index }) => index));
  if (judged.size === rows && verdicts.length === rows) return;
  const message = `the gateway gave ${verdicts.length} verdicts on ${rows} rows`;
  throw new CliError("GATEWAY_ANSWER", message);
}

function refusalOf(verdict: Verdict<string>): Refusal | null {
  if (verdict.outcome !== "REFUSED") return null;
  return {
    code: (verdict.code ?? "INTERNAL") as ErrorCode,
    field: verdict.field,
    reason: verdict.message ?? "no reason given",
  };
}

function secretsOf(verdict: ProvisionVerdict, serialNumber: string): Secrets | null {
  const { connhexId, initKey, claimCode } = verdict;
  if (connhexId === null || (initKey === null && claimCode === null)) return null;
  return { serialNumber, connhexId, initKey, claimCode };
}
