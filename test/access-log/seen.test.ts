import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { ExecutionResult } from "graphql";
import { nodeSubgraph } from "../../gateway/node/node-subgraph.ts";
import { openPlannedGraph } from "../../gateway/planned-graph.ts";
import { openRemoteSubgraphs } from "../../gateway/remote-subgraphs.ts";
import { RequestScope } from "../../gateway/request-scope.ts";
import { createRuntime, type FederatedRuntime } from "../../gateway/runtime.ts";
import { type GatewaySubgraph, localSubgraph } from "../../gateway/subgraph.ts";
import { composeSupergraph } from "../../gateway/supergraph.ts";
import type { CallerRole } from "../../shared/caller.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type ServedPair, servedPair } from "../support/served-pair.ts";
import { type Case, type Operation, seenOperations } from "./operations.ts";

/** One way of reaching the subgraphs, with devices of its own. */
interface Place {
  name: string;
  subgraphs: readonly GatewaySubgraph[];
  runtime: FederatedRuntime;
}

let served: ServedPair;
let places: Place[];

beforeAll(async () => {
  setLogWriter(() => undefined);
  served = await servedPair();
  const { pair, remote } = served;
  places = [
    await placeOf("local", [localSubgraph(pair.manufacturing), localSubgraph(pair.ownership)]),
    await placeOf("remote", await openRemoteSubgraphs(remote)),
  ];
});

afterAll(async () => {
  for (const { runtime, subgraphs } of places) {
    await runtime[Symbol.asyncDispose]();
    await Promise.all(subgraphs.map((subgraph) => subgraph.close()));
  }
  await served.close();
});

async function placeOf(name: string, subgraphs: readonly GatewaySubgraph[]): Promise<Place> {
  const all = [...subgraphs, nodeSubgraph(subgraphs)];
  const byName = new Map(all.map((subgraph) => [subgraph.name, subgraph]));
  const { supergraphText } = composeSupergraph(subgraphs);
  const runtime = createRuntime(await openPlannedGraph(supergraphText, byName));
  return { name, subgraphs, runtime };
}

async function ask({ runtime, name }: Place, { role, document, variables }: Operation) {
  const roles: CallerRole[] = role.split(" ") as CallerRole[];
  const subject = `${roles[0]}-${name}`;
  const scope = new RequestScope({ subject, tenant: "acme", roles, client: null }, randomUUID());
  const init = { method: "POST", headers: { accept: "application/json" } };
  const context = { scope, parameters: { query: document, variables } };
  const answered = await runtime.fetch("http://gateway/graphql", init, context);
  const { errors } = (await answered.json()) as ExecutionResult;
  return {
    seen: scope.seen.list().sort(),
    codes: (errors ?? []).map(({ extensions }) => extensions?.code),
  };
}

// In the order of the table: each operation finds what those before it have written.
test.each(seenOperations("any").map(([name], index) => [name, index] as const))(
  "%s: the same devices are seen in one process and in several",
  async (_, index) => {
    for (const place of places) {
      const [, operation, { seen, code }] = seenOperations(place.name)[index] as Case;
      expect({ place: place.name, ...(await ask(place, operation)) }).toEqual({
        place: place.name,
        seen: seen.sort(),
        codes: code === undefined ? [] : [code],
      });
    }
  },
);
