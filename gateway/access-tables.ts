import { ACCESS as manufacturing } from "../subgraphs/manufacturing/access.ts";
import { ACCESS as ownership } from "../subgraphs/ownership/access.ts";
import { ACCESS as accessLog } from "./access-log/access.ts";
import type { AccessTables } from "./publishing/field-access.ts";
import { ACCESS as registry } from "./registry/access.ts";

/** Who may read what, as each subgraph enforces it. Whoever publishes is told before it is. */
export const ACCESS_TABLES: AccessTables = {
  manufacturing,
  ownership,
  registry,
  "access-log": accessLog,
};
