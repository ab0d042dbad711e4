import type { DemoExamples } from "../demo/examples.ts";
import { DEFAULT_TENANT } from "../demo/run-demo.ts";
import { openDevelopmentIssuer } from "../gateway/identity/development-issuer.ts";
import type { RunningSystem } from "../start.ts";

/** The one query: from a connhexId to production history, lot siblings and registered owner. */
export const WALK = `query Walk($id: ID!) {
  device(connhexId: $id) {
    serialNumber partNumber fwVersion hardwareRevision lotCode attributes
    history(first: 20) { nodes { revision recordedAt effectiveAt actor reason changed } }
    lot { value deviceCount devices(first: 50) { nodes { serialNumber connhexId owner { displayName } } } }
    identity { state } owner { displayName } ownerships { from to owner { displayName } }
  }
}`;

/** What of a system its greeting tells. */
export interface Greeted extends Pick<RunningSystem, "dataFolder"> {
  gateway: Pick<RunningSystem["gateway"], "url" | "port">;
  examples: Pick<DemoExamples, "connhexId" | "serialNumber"> | null;
}

/**
 * What a person reads when the system is up: the query's answer, as anybody with the token below it
 * gets it, and what to try next. Where an issuer is named, the tokens are that issuer's to give.
 */
export async function greeting(system: Greeted, isDevelopment: boolean): Promise<string> {
  const { gateway, examples, dataFolder } = system;
  const token = isDevelopment ? await supportToken(dataFolder) : null;
  const lines: string[] = [];
  if (examples?.connhexId && token !== null) {
    const answer = await walkDemo(gateway.url, { token, connhexId: examples.connhexId });
    lines.push(WALK, `# with id = ${examples.connhexId} answers`, abridged(answer), "");
  }
  lines.push(
    `tracegraph is ready on ${gateway.url}   (Ctrl-C stops everything, the database too)`,
    `  GraphQL     ${gateway.url}/graphql`,
    ...(isDevelopment ? [`  GraphiQL    ${gateway.url}/graphiql`] : []),
    `  health      ${gateway.url}/livez  ${gateway.url}/readyz`,
    `  data        ${dataFolder}`,
  );
  if (token !== null) {
    lines.push("", "A token of the role support, for one hour:", `  ${token}`);
  }
  const environment = commandEnvironment(system);
  const command = `${environment}npx tracegraph`;
  const device = examples?.connhexId ?? "<connhexId>";
  const serial = examples?.serialNumber ?? "<serial number>";
  lines.push(
    "",
    "Try next, in another terminal:",
    `  ${command} device ${device}`,
    `  ${command} siblings ${serial}`,
    `  ${command} import devices.csv --dry-run`,
  );
  return lines.join("\n");
}

async function supportToken(dataFolder: string): Promise<string> {
  const issuer = await openDevelopmentIssuer(dataFolder);
  return issuer.sign({
    subject: "dev:support",
    roles: ["support"],
    tenants: [DEFAULT_TENANT],
    lifetimeSeconds: 3_600,
  });
}

/** Asks the one query about the demo's example device. */
async function walkDemo(
  url: string,
  { token, connhexId }: { token: string; connhexId: string },
): Promise<unknown> {
  const answer = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: WALK, variables: { id: connhexId } }),
  });
  return answer.json();
}

/** Names what the command line would not find by itself. */
function commandEnvironment({ gateway, dataFolder }: Greeted): string {
  const words: string[] = [];
  if (gateway.port !== 4_000) words.push(`TRACEGRAPH_URL=${gateway.url}`);
  if (dataFolder !== `${process.cwd()}/data`) words.push(`DATA_DIR=${dataFolder}`);
  return words.map((word) => `${word} `).join("");
}

const ITEMS_SHOWN = 3;
const COLUMNS = 130;

/** An answer as a person reads it: long lists are cut and say so, what is short takes one line. */
function abridged(value: unknown, indent = ""): string {
  const short = JSON.stringify(value);
  if (typeof value !== "object" || value === null) return short;
  const isList = Array.isArray(value);
  if (short.length + indent.length <= COLUMNS || isTextList(value)) return short;
  const inner = `${indent}  `;
  const items = Object.entries(value).map(
    ([key, item]) => `${inner}${isList ? "" : `"${key}": `}${abridged(item, inner)}`,
  );
  const more = isList ? items.length - ITEMS_SHOWN : 0;
  const shown = more > 0 ? items.slice(0, ITEMS_SHOWN) : items;
  const rest = more > 0 ? `\n${inner}… and ${more} more` : "";
  const [open, end] = isList ? "[]" : "{}";
  return `${open}\n${shown.join(",\n")}${rest}\n${indent}${end}`;
}

function isTextList(value: object): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
