import type { Random } from "../../demo/random.ts";
import type { NoteSigner } from "../../shared/ledger/note.ts";
import type { AuditCode } from "../../shared/ledger-audit/findings.ts";
import type { Sql } from "../../shared/postgres/database.ts";
import type { ServiceName } from "../support/service-databases.ts";

/** Where somebody attacks. */
export interface Target {
  sql: Sql;
  random: Random;
  service: ServiceName;
  origin: string;
  /** The log's own key, which only its operator has. */
  signer: NoteSigner;
}

/** Who must find what was done. */
export type Finder = "AUDIT" | "WITNESS";

/** What was done, for people, and what must come of it. */
export interface Done {
  what: string;
  by: Finder;
  /** An entry that the audit must name. */
  entry?: string;
  /** What the audit must say, where any deviation is not enough. */
  code?: AuditCode;
  /** Whether the witnesses say now that they have never seen the log. */
  isForgotten?: boolean;
}

/** Changes something. Null: there was nothing of its kind to change. */
export interface Attack {
  (target: Target): Promise<Done | null>;
  /** Where alone there is something of its kind. */
  service?: ServiceName;
}
