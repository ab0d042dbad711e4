import { createHash } from "node:crypto";
import { type Random, Random as Stream } from "../../demo/random.ts";
import {
  ADD_CLIENT,
  ADD_KEY,
  PUBLISH,
  RETIRE,
  REVOKE,
  type RegistryGateway,
} from "../registry/registry-gateway.ts";

/** What an attacker knows who is a partner, and more than he could know. */
export interface Targets {
  url: string;
  /** Ids of documents that he may run. */
  own: { device: string; hash: string; devices: string };
  /** Ids that exist, but not for him: retired, of a rival, of another tenant. */
  others: readonly string[];
  /** Headers by which he comes in as the partner. */
  asPartner(random: Random): Headers;
  /** Headers of callers without a client that has documents; a new caller each few times. */
  asStranger(): Headers;
  /** Headers by which nobody comes in. */
  asNobody(random: Random): Headers;
}
export type Headers = Readonly<Record<string, string>>;

export const DEVICE_TEXT =
  "query Device($serialNumber: String!) { device(serialNumber: $serialNumber) { serialNumber } }";
const DEVICES_TEXT = "query Devices($ids: [ID!]!) { nodes(ids: $ids) { id } }";
const RIVAL_TEXT = "query Rival($n: String!) { device(serialNumber: $n) { id deviceType } }";
const RETIRED_TEXT = "query Retired($n: String!) { device(serialNumber: $n) { id revision } }";

const CHANGE = `mutation ($name: String!) {
  changeClient(name: $name, changes: { isActive: false }, reason: "over") { isActive }
}`;
const STRANGERS = 400;
/** Strangers have the usual budget of a partner: fewer than it allows at once. */
const TIMES_EACH = 20;

const HASH = `sha256:${createHash("sha256").update(DEVICE_TEXT).digest("hex")}`;
const ELSEWHERE = { tenant: "elsewhere" };

const bearer = (text: string): Headers => ({ authorization: `Bearer ${text}` });

/** Publishes what may be run, and what may not, by each way that there is. */
export async function openTargets(registry: RegistryGateway, seed: string): Promise<Targets> {
  await addClients(registry);
  const credentials = await addCredentials(registry);
  const { key, partnerToken } = credentials;
  const right: Headers[] = [bearer(key), bearer(partnerToken), { "x-api-key": key }];
  const wrong = wrongHeaders(credentials);
  const strangers = await strangerHeaders(registry, seed);
  let asked = 0;
  return {
    url: registry.gateway.gateway.url,
    own: { device: "device", hash: HASH, devices: "devices" },
    others: ["retired", "rival", "former", "elsewhere"],
    asPartner: (random) => random.pick(right),
    asStranger: () => strangers[Math.floor(asked++ / TIMES_EACH) % STRANGERS] ?? {},
    asNobody: (random) => random.pick(wrong),
  };
}

/** The partner, others beside him, and what is published for each. */
async function addClients(registry: RegistryGateway): Promise<void> {
  const add = (name: string, who = {}) =>
    registry.data(
      ADD_CLIENT,
      { input: { name, kind: "PARTNER", requestsPerMinute: 1_000_000 } },
      who,
    );
  for (const name of ["lab", "rival", "former"]) await add(name);
  await add("lab", ELSEWHERE);
  await registry.publish("lab", [
    { id: "device", text: DEVICE_TEXT },
    { id: HASH, text: DEVICE_TEXT },
    { id: "devices", text: DEVICES_TEXT, variableLimits: { ids: 100 } },
    { id: "retired", text: RETIRED_TEXT },
  ]);
  await registry.publish("rival", [{ id: "rival", text: RIVAL_TEXT }]);
  await registry.publish("former", [{ id: "former", text: RIVAL_TEXT }]);
  const documents = [{ id: "elsewhere", text: RIVAL_TEXT }];
  await registry.data(PUBLISH, { client: "lab", version: "1", documents }, ELSEWHERE);
  await registry.data(RETIRE, { client: "lab", ids: ["retired"] });
}

/** What opens the door, and what no longer does. */
interface Credentials {
  key: string;
  revoked: string;
  former: string;
  formerToken: string;
  partnerToken: string;
}

async function addCredentials(registry: RegistryGateway): Promise<Credentials> {
  const keyOf = async (client: string) => (await registry.data(ADD_KEY, { client })).addClientKey;
  const key: string = (await keyOf("lab")).text;
  const revoked = await keyOf("lab");
  await registry.data(REVOKE, { keyId: revoked.key.keyId });
  const former: string = (await keyOf("former")).text;
  const { token } = registry.gateway;
  const formerToken = await token({ roles: ["partner"], client: "former" });
  await registry.data(CHANGE, { name: "former" });
  const partnerToken = await token({ roles: ["partner"], client: "lab" });
  return { key, revoked: revoked.text, former, formerToken, partnerToken };
}

function wrongHeaders({ key, partnerToken, ...over }: Credentials): Headers[] {
  const [head = "", body = "", signature = ""] = partnerToken.split(".");
  const mended = (change: object) => {
    const claims = { ...JSON.parse(Buffer.from(body, "base64url").toString()), ...change };
    return Buffer.from(JSON.stringify(claims)).toString("base64url");
  };
  const none = Buffer.from('{"alg":"none"}').toString("base64url");
  return [
    {},
    bearer(""),
    ...Object.values(over).map(bearer),
    bearer(key.replace(/.$/, (last) => (last === "0" ? "1" : "0"))),
    bearer(key.replace("_demo_", "_elsewhere_")),
    bearer(key.toUpperCase()),
    bearer(`${head}.${mended({ roles: ["admin"] })}.${signature}`),
    bearer(`${head}.${mended({ client_id: "rival" })}.${signature}`),
    bearer(`${none}.${mended({ roles: ["admin"] })}.`),
    { authorization: `Basic ${Buffer.from(`lab:${key}`).toString("base64")}` },
    { "x-api-key": partnerToken },
    { "x-api-key": key, ...bearer(partnerToken) },
    { "x-api-key": key, ...bearer(key) },
    { ...bearer(partnerToken), "x-tenant": "elsewhere" },
    { ...bearer(key), "x-tenant": "elsewhere" },
    { ...bearer(partnerToken), "x-tenant": "*" },
    { ...bearer(partnerToken), "x-tenant": "" },
  ];
}

async function strangerHeaders(registry: RegistryGateway, seed: string): Promise<Headers[]> {
  const { token } = registry.gateway;
  const strangers: Headers[] = [];
  const random = new Stream(seed, "strangers");
  for (let n = 0; n < STRANGERS; n++) {
    const roles = random.chance(0.8) ? (["partner"] as const) : [];
    // The issuer leaves out what is undefined: a token without a client.
    const client = random.pick(["nobody", "LAB", "la", "labs", "a/b", ""]);
    const named = client === "" ? "" : `${client}-${n}`;
    strangers.push(bearer(await token({ roles, client: named, subject: `stranger-${n}` })));
  }
  return strangers;
}
