import type { GatewayClient } from "../gateway-client.ts";
import { bold, print, printable } from "../output.ts";
import type { ScopeVariables } from "./scope-answer.ts";

/** Why a device is in a scope, or is not, as the gateway says. */
export interface Explanation {
  affected: boolean;
  clause: { path: string; sentence: string };
  revision: {
    revision: number;
    recordedAt: string;
    actor: string | null;
    reason: string | null;
    changed: string[];
  } | null;
  installation: { id: string; installedAt: string; recordedAt: string } | null;
}

const EXPLAIN = `query Explain($criteria: RecallCriteria!, $knownAt: DateTime, $serialNumber: String!) {
  recallScope(criteria: $criteria, knownAt: $knownAt) {
    explain(serialNumber: $serialNumber) {
      affected clause { path sentence }
      revision { revision recordedAt actor reason changed }
      installation { id installedAt recordedAt }
    }
  }
}`;

export async function askExplanation(
  gateway: GatewayClient,
  variables: ScopeVariables & { serialNumber: string },
): Promise<Explanation> {
  const { recallScope } = await gateway.ask<{ recallScope: { explain: Explanation } }>(
    EXPLAIN,
    variables,
  );
  return recallScope.explain;
}

export function printExplanation(serialNumber: string, explanation: Explanation): void {
  const { affected, clause, revision, installation } = explanation;
  print(bold(printable(`${serialNumber} is ${affected ? "affected" : "not affected"}`)));
  print(printable(`by ${clause.path}: ${clause.sentence}`));
  if (revision) {
    const { reason, actor } = revision;
    const why = reason === null ? "" : `, because: ${reason}`;
    const who = actor === null ? "" : ` by ${actor}`;
    print(printable(`revision ${revision.revision}, recorded ${revision.recordedAt}${who}${why}`));
    print(printable(`changed ${revision.changed.join(", ") || "nothing"}`));
  }
  if (installation) {
    print(`installation of ${installation.installedAt}, recorded ${installation.recordedAt}`);
  }
}
