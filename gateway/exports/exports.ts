import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Caller } from "../../shared/caller.ts";
import { DomainError } from "../../shared/domain-error.ts";
import type { ExportEnd } from "../../shared/graph/subgraph-service.ts";
import { log } from "../../shared/log.ts";
import { Database } from "../../shared/postgres/database.ts";
import type { AccessLog } from "../access-log/access-log.ts";
import { watchExports } from "../operation/metrics.ts";
import type { RequestScope } from "../request-scope.ts";
import type { GatewaySubgraph } from "../subgraph.ts";
import { exportLine, hashOf } from "./export-lines.ts";
import { type ExportRecord, ExportRecordStore, type KnownExport } from "./export-record.store.ts";
import type { AskedExport } from "./export-request.ts";
import { EXPORTS } from "./limits.ts";
import { Spool, SpoolFull, type SpoolOptions } from "./spool.ts";
import { SpooledExport } from "./spooled-export.ts";

export interface ExportsOptions {
  databaseUrl: string;
  subgraphs: readonly GatewaySubgraph[];
  accessLog: Pick<AccessLog, "record"> | null;
  spool: SpoolOptions;
}

/** An export that has begun, and is in the access log. */
export interface BegunExport {
  record: ExportRecord;
  spooled: SpooledExport;
}

/** An export that somebody asks about; its file is there, or not any more, once nobody writes it. */
export interface FoundExport {
  known: KnownExport;
  isBeingWritten: boolean;
}

/** The exports of this gateway, and the files of all gateways that share the folder. */
export class Exports {
  readonly spool: Spool;
  private readonly database: Database;
  private readonly running = new Set<SpooledExport>();
  private readonly unwatch = watchExports({ running: () => this.running.size });
  private isClosing = false;

  constructor(private readonly options: ExportsOptions) {
    this.spool = new Spool(options.spool);
    this.database = new Database({ url: options.databaseUrl, role: "gateway_app", poolSize: 2 });
    this.spool.sweep().catch((error) => log("ERROR", "exports-unswept", { reason: String(error) }));
  }

  /** Begins an export. Of what was seen for it a line is durable before anybody gets a byte. */
  async begin(asked: AskedExport, scope: RequestScope, began: number): Promise<BegunExport> {
    if (this.isClosing) throw new DomainError("OVERLOADED", "this gateway is on its way out");
    const { question } = asked;
    const begin = this.options.subgraphs.find(({ name }) => name === asked.subgraph)?.export;
    if (!begin) throw new DomainError("SUBGRAPH_UNAVAILABLE", "there is nobody to export it");
    const { caller, requestId, seen } = scope;
    const source = await begin(caller, question, { requestId, seen });
    try {
      const { body: _, end: __, ...head } = source;
      const { subject, client, roles } = caller;
      const record: ExportRecord = {
        ...{ exportId: randomUUID(), requestId, subject, client, roles },
        ...{ what: question.what, format: question.format, selection: question.selection },
        formulas: question.keepsFormulas ? "kept" : "disarmed",
        ...head,
      };
      const store = new ExportRecordStore(this.database.tenant(caller.tenant), caller.tenant);
      await store.begin(record);
      await this.record(scope, { record, began, status: 200, hash: hashOf(record) });
      const finish = async (end: ExportEnd) => {
        await store.end(record.exportId, end);
        await this.record(scope, { record, began, status: 200, hash: end.sha256, isEnd: true });
      };
      const { exportId: id } = record;
      const spooled = await SpooledExport.begin(source, { id, spool: this.spool, finish });
      this.watch(spooled, scope, { record, began });
      return { record, spooled };
    } catch (error) {
      source.body.destroy();
      if (!(error instanceof SpoolFull)) throw error;
      throw new DomainError("OVERLOADED", "there is no room for more exports now");
    }
  }

  /** What is known of an export of the caller's tenant; waits a while for one that is under way. */
  async find(caller: Caller, exportId: string): Promise<FoundExport | null> {
    const store = new ExportRecordStore(this.database.tenant(caller.tenant), caller.tenant);
    const until = Date.now() + EXPORTS.waitMs;
    for (;;) {
      // Before its record is read: that has the end a moment before the file is whole.
      const isBeingWritten = await this.spool.isBeingWritten(exportId);
      const known = await store.byId(exportId);
      if (!known || !isBeingWritten || Date.now() > until)
        return known && { known, isBeingWritten };
      await pause(EXPORTS.waitEveryMs);
    }
  }

  /** Lets what is under way come to its end for a while, then cuts it. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.unwatch();
    const ends = [...this.running].map(({ end }) => end.catch(() => undefined));
    const late = pause(EXPORTS.closeMs, undefined, { ref: false });
    await Promise.race([Promise.all(ends), late]);
    for (const spooled of this.running) spooled.abort();
    await Promise.all(ends);
    this.spool.close();
    await this.database.close();
  }

  private watch(
    spooled: SpooledExport,
    scope: RequestScope,
    { record, began }: { record: ExportRecord; began: number },
  ): void {
    this.running.add(spooled);
    const { exportId, what, format } = record;
    const told = (facts: object) => {
      const ms = Math.round(performance.now() - began);
      log("INFO", "export-ended", { id: scope.requestId, exportId, what, format, ...facts, ms });
    };
    spooled.end
      .then(({ rows, bytes }) => told({ rows, bytes }))
      .catch(async (error: unknown) => {
        told({ reason: String(error) });
        const line = { record, began, status: 500, hash: hashOf(record), isEnd: true };
        await this.record(scope, line).catch(() => undefined);
      })
      .finally(() => this.running.delete(spooled));
  }

  private async record(
    scope: RequestScope,
    facts: { record: ExportRecord; began: number; status: number; hash: string; isEnd?: boolean },
  ): Promise<void> {
    const { record, began, status, hash, isEnd = false } = facts;
    const { what, format, selection, columns, moment, expectedRows } = record;
    await this.options.accessLog?.record(
      exportLine(scope, {
        operationName: `export ${what}.${format}${isEnd ? " end" : ""}`,
        text: JSON.stringify({ what, format, selection, columns, moment }),
        status,
        ms: performance.now() - began,
        code: status === 200 ? null : "INTERNAL",
        rows: expectedRows,
        hash,
      }),
    );
  }
}
