import type { ServiceDatabase } from "../../shared/postgres/migrate.ts";
import * as manufacturing from "../../subgraphs/manufacturing/subgraph.ts";
import * as ownership from "../../subgraphs/ownership/subgraph.ts";

export type ServiceName = "manufacturing" | "ownership";

/** The databases that tests clone. */
export const SERVICE_DATABASES: readonly (ServiceDatabase & { name: ServiceName })[] = [
  { name: "manufacturing", ...pick(manufacturing) },
  { name: "ownership", workerRoles: ["ownership_worker"], ...pick(ownership) },
];

export function templateOf(service: string): string {
  return `${service}_template`;
}

function pick({ entities, migrations }: Pick<ServiceDatabase, "entities" | "migrations">) {
  return { entities, migrations };
}
