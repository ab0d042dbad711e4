import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type ExecutionResult, type GraphQLError, parse, validate } from "graphql";
import { withPublicErrors } from "../../gateway/answer-errors.ts";
import type { LeanLane } from "../../gateway/lean-lane.ts";
import { nodeSubgraph } from "../../gateway/node/node-subgraph.ts";
import { openPlannedGraph } from "../../gateway/planned-graph.ts";
import { PreparedOperations } from "../../gateway/request/prepared-operation.ts";
import { RequestScope } from "../../gateway/request-scope.ts";
import { createRuntime, type FederatedRuntime } from "../../gateway/runtime.ts";
import { localSubgraph } from "../../gateway/subgraph.ts";
import { composeSupergraph } from "../../gateway/supergraph.ts";
import type { Caller, Role } from "../../shared/caller.ts";
import { DomainError } from "../../shared/domain-error.ts";
import { publicError } from "../../shared/graph/public-error.ts";
import { type LoadedDemo, loadedDemo, TENANT } from "../demo/loaded-demo.ts";
import { campaignSize } from "../support/campaign-size.ts";
import { type Monolith, monolithOf } from "./monolith.ts";
import { type Known, type RandomOperation, randomOperation } from "./random-operation.ts";

const OPERATIONS = campaignSize({ suite: 200, long: 1_000 });
const ROLES: readonly Role[] = ["support", "admin", "analyst", "engineering", "line", "regulator"];

let demo: LoadedDemo;
let lane: LeanLane;
let runtime: FederatedRuntime;
let monolith: Monolith;
let operations: PreparedOperations;
let known: Known;

beforeAll(async () => {
  demo = await loadedDemo(2_000);
  const services = [demo.services.manufacturing, demo.services.ownership];
  const subgraphs = services.map(localSubgraph);
  const { supergraphText, publicText } = composeSupergraph(subgraphs);
  const all = [...subgraphs, nodeSubgraph(subgraphs)];
  const byName = new Map(all.map((subgraph) => [subgraph.name, subgraph]));
  const graph = await openPlannedGraph(supergraphText, byName);
  lane = graph;
  runtime = createRuntime(graph);
  operations = new PreparedOperations(lane.schema);
  monolith = monolithOf(publicText, services);
  known = await knownOf(demo);
}, 120_000);
afterAll(async () => {
  await runtime[Symbol.asyncDispose]();
  await demo.close();
});

async function knownOf({ databases }: LoadedDemo): Promise<Known> {
  const devices = await databases.manufacturing.admin<Record<string, string>>(
    `SELECT connhex_id AS "connhexId", serial_number AS "serialNumber", lot_code AS lot
       FROM device ORDER BY device_id % 97, device_id LIMIT 60`,
  );
  const { data } = await monolith.ask(
    `{ ${devices
      .slice(0, 12)
      .map(
        ({ serialNumber }, index) => `d${index}: device(serialNumber: "${serialNumber}") {
        id history(first: 2) { nodes { id recordedAt } } identity { id } owner { id } ownerships { id } }`,
      )
      .join(" ")} }`,
    {},
    callerOf("admin"),
  );
  const text = JSON.stringify(data);
  const all = (name: string) =>
    [...text.matchAll(new RegExp(`"${name}":"([^"]+)"`, "g"))].map(([, value]) => value ?? "");
  return {
    connhexIds: [...devices.flatMap(({ connhexId }) => connhexId ?? []), "no-such-device"],
    serialNumbers: [...devices.map(({ serialNumber = "" }) => serialNumber), "NO-SUCH"],
    lots: [...new Set(devices.map(({ lot = "" }) => lot)), "no-such-lot"],
    ids: [...all("id"), "bm90aGluZw"],
    times: all("recordedAt"),
  };
}

function callerOf(role: Role): Caller {
  return { subject: `test:${role}`, tenant: TENANT, roles: [role], client: null };
}

async function onLane({ text, variables }: RandomOperation, scope: RequestScope) {
  const prepared = operations.prepare(text);
  const { variables: coerced } = prepared.variablesOf(variables);
  scope.isExecuted = true;
  return withPublicErrors(await lane.execute(prepared, coerced, scope), scope);
}

async function inRuntime({ text: query, variables }: RandomOperation, scope: RequestScope) {
  const init = { method: "POST", headers: { accept: "application/json" } };
  const context = { scope, parameters: { query, variables } };
  const answer = await runtime.fetch("http://gateway/graphql", init, context);
  return (await answer.json()) as ExecutionResult;
}

function dataOf({ data }: ExecutionResult): unknown {
  return JSON.parse(JSON.stringify(data ?? null));
}

/** The errors by code and place; their texts may differ. */
function placesOf({ errors = [] }: ExecutionResult): string[] {
  const told = errors.map((error) => `${codeOf(error)} ${error.path?.join(".")}`);
  return [...new Set(told)].sort();
}

/** By code alone: of the errors that made one object null, one execution may tell more than another. */
function codesOf({ errors = [] }: ExecutionResult): string[] {
  return [...new Set(errors.map(codeOf))].sort();
}

function codeOf(error: GraphQLError): string {
  return String(publicError(error)?.extensions.code ?? error.extensions?.code);
}

/** Whether an operation is valid and cheap enough to be asked at all. */
function isAskable({ text, variables }: RandomOperation): boolean {
  if (validate(lane.schema, parse(text)).length > 0) return false;
  try {
    operations.prepare(text).variablesOf(variables);
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

test(`${OPERATIONS} operations have one answer on the lane, in the runtime and without federation`, async () => {
  let compared = 0;
  let withData = 0;
  let withErrors = 0;
  for (let seed = 1; compared < OPERATIONS; seed++) {
    expect(seed).toBeLessThan(OPERATIONS * 5);
    const operation = randomOperation(lane.schema, known, seed);
    if (!isAskable(operation)) continue;
    const caller = callerOf(ROLES[seed % ROLES.length] ?? "support");
    const short = await onLane(operation, new RequestScope(caller, `lane-${seed}`));
    const full = await inRuntime(operation, new RequestScope(caller, `full-${seed}`));
    const plain = await monolith.ask(operation.text, operation.variables, caller);
    const asked = { seed, roles: caller.roles, ...operation };
    const truth = { asked, data: dataOf(plain), isRight: plain.errors === undefined };
    expect({ asked, data: dataOf(short), isRight: short.errors === undefined }).toEqual(truth);
    expect({ asked, data: dataOf(full), isRight: full.errors === undefined }).toEqual(truth);
    expect(codesOf(short)).toEqual(expect.arrayContaining(codesOf(plain)));
    expect({ asked, errors: placesOf(short) }).toEqual({ asked, errors: placesOf(full) });
    // The specification: fields stand in the order in which they were asked for.
    expect(JSON.stringify(short.data)).toBe(JSON.stringify(plain.data ?? null));
    compared++;
    if (Object.values(short.data ?? {}).some((value) => value !== null)) withData++;
    if (short.errors) withErrors++;
  }
  expect(withData).toBeGreaterThan(OPERATIONS / 2);
  expect(withErrors).toBeGreaterThan(OPERATIONS / 20);
}, 300_000);
