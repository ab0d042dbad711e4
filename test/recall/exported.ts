import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import type { GivenCriteria } from "../../subgraphs/manufacturing/recall-scope/given-criteria.ts";
import { TENANT } from "../demo/loaded-demo.ts";

/** The serial numbers that an export of a scope holds, in its order, and the number it promised. */
export async function exportedScope(
  service: SubgraphService,
  selection: { criteria: GivenCriteria; knownAt: string | null },
): Promise<{ serialNumbers: string[]; expectedRows: number }> {
  if (!service.export) throw new Error("Manufacturing exports nothing");
  const caller = {
    ...{ subject: "tester", tenant: TENANT, client: "test" },
    roles: ["recall_manager" as const],
  };
  const question = {
    ...{ what: "scope", columns: ["serialNumber"], format: "ndjson" as const },
    ...{ selection, keepsFormulas: true },
  };
  const { body, end, expectedRows } = await service.export(caller, question, {
    requestId: "recall-campaign",
  });
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  const lines = Buffer.concat(chunks).toString("utf8").split("\n").filter(Boolean);
  const { rows } = await end;
  if (rows !== lines.length) throw new Error(`${lines.length} rows, said to be ${rows}`);
  const serialNumbers = lines.map(
    (line) => (JSON.parse(line) as { serialNumber: string }).serialNumber,
  );
  return { serialNumbers, expectedRows };
}
