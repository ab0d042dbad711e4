import { gatewayDatabase } from "../../gateway/database.ts";
import { manufacturingDatabase } from "../../subgraphs/manufacturing/subgraph.ts";
import { ownershipDatabase } from "../../subgraphs/ownership/subgraph.ts";

export type ServiceName = "manufacturing" | "ownership" | "gateway";

/** The databases that tests clone. */
export const SERVICE_DATABASES = [manufacturingDatabase, ownershipDatabase, gatewayDatabase];

export function templateOf(service: string): string {
  return `${service}_template`;
}
