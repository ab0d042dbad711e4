import type { SplitSystem } from "../split-system.ts";
import type { Complaints } from "./judge.ts";

const ROWS_AT_ONCE = 500;
const PROVISION = `mutation ($input: [ProvisionInput!]!) {
  provisionDevices(input: $input, dryRun: true) { verdicts { serialNumber outcome code } }
}`;

interface Answer {
  data?: { provisionDevices: { verdicts: { serialNumber: string; outcome: string }[] } };
}

/** Every init key that was told opens its device: provisioning with it would change nothing. */
export async function keysInForce(
  system: SplitSystem,
  secrets: readonly string[][],
): Promise<Complaints> {
  const token = await system.token({ roles: ["line"], subject: "judge" });
  const complaints: Complaints = [];
  for (let at = 0; at < secrets.length; at += ROWS_AT_ONCE) {
    const input = secrets
      .slice(at, at + ROWS_AT_ONCE)
      .map(([serialNumber, connhexId, initKey]) => ({ serialNumber, connhexId, initKey }));
    const answer = await fetch(`${system.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: PROVISION, variables: { input } }),
    });
    const { data } = (await answer.json()) as Answer;
    if (!data) return [`the gateway did not judge the secrets: ${answer.status}`];
    for (const { serialNumber, outcome } of data.provisionDevices.verdicts) {
      if (outcome !== "UNCHANGED")
        complaints.push(`the init key of ${serialNumber} is not in force`);
    }
  }
  return complaints;
}
