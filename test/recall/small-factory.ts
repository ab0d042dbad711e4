import { expect } from "@jest/globals";
import type { PeerExecutor } from "../../shared/graph/subgraph-service.ts";
import { install, REMOVE } from "../components/parts.ts";
import {
  type Answer,
  type Factory,
  openFactory,
  type Variables,
} from "../manufacturing/factory.ts";

/** Ownership as far as it is asked here, and whether it can be. */
export const owners = { isThere: true };
const OWNERSHIP: PeerExecutor = async (_, __, { connhexIds }) => {
  if (!owners.isThere) throw new Error("connection refused");
  const italian = (connhexIds as string[]).filter((id) => id === "hex-1").length;
  const rest = (connhexIds as string[]).length - italian;
  const counts = [
    { country: "IT", count: italian },
    { country: null, count: rest },
  ];
  return { data: { ownerCountries: counts.filter(({ count }) => count > 0) } };
};

const LINK = `mutation Link($input: [CloudIdentityLinkInput!]!) {
  linkCloudIdentities(input: $input) { linked }
}`;

const SCOPE = `query Scope($criteria: RecallCriteria!, $knownAt: DateTime, $by: String! = "lotCode") {
  recallScope(criteria: $criteria, knownAt: $knownAt) {
    count sentence knownAt breakdown(by: $by) { value count }
    devices { totalCount nodes { serialNumber } }
  }
}`;

/** Five devices, corrected, provisioned, and with components that moved. */
export interface SmallFactory {
  factory: Factory;
  /** A moment before the corrections. */
  early: string;
  /** Asks for a scope, as a recall manager unless told otherwise. */
  ask(criteria: unknown, more?: Variables, role?: Parameters<Factory["ask"]>[0]): Promise<Answer>;
  /** The last digits of the serial numbers of a scope. */
  found(criteria: unknown, more?: Variables): Promise<string>;
}

export async function openSmallFactory(): Promise<SmallFactory> {
  const factory = await openFactory(OWNERSHIP);
  await factory.define({ name: "reel", type: "TEXT", isGroupable: true });
  await factory.define({ name: "grams", type: "INTEGER" });
  const made = (number: number, more: Variables = {}) => ({
    serialNumber: `SN-${String(number).padStart(3, "0")}`,
    ...{ partNumber: "P-1", fwVersion: "1.9.2", lotCode: "L-1", phase: "TESTING" },
    ...{ producedAt: `2025-01-${String(number).padStart(2, "0")}T12:00:00Z`, operator: "op-7" },
    ...more,
  });
  await factory.record(
    made(1, { attributes: { reel: "R-1", grams: 100 } }),
    made(2, { fwVersion: "1.10.0", attributes: { reel: "R-2", grams: 20 } }),
    made(3, { lotCode: "L-2", fwVersion: "1.10.1" }),
    made(4, { lotCode: "L-2", fwVersion: "build 7", partNumber: "P-2" }),
    made(5, { lotCode: null, fwVersion: null }),
  );
  const { data } = await factory.ask(
    "support",
    `{ device(serialNumber: "SN-005") { recordedAt } }`,
  );
  const early: string = data.device.recordedAt;
  await factory.correct("SN-001", 1, { lotCode: "L-3" });
  await factory.correct("SN-004", 1, { partNumber: "P-1" });
  for (const number of [1, 2]) {
    const input = [{ serialNumber: `SN-00${number}`, connhexId: `hex-${number}` }];
    const { errors } = await factory.ask("service", LINK, { input });
    if (errors[0]) throw errors[0];
  }
  const [, , modem] = await install(factory, [
    ["SN-001", "PCB/B-1#LOT-9"],
    ["PCB/B-1", "CHIP@C-1"],
    ["SN-002", "MODEM/M-1"],
    ["SN-003", "CHIP@C-1"],
  ]);
  await factory.ask("line", REMOVE, { installation: modem, reason: "faulty" });
  await install(factory, [["SN-003", "MODEM/M-1"]]);

  const ask: SmallFactory["ask"] = (criteria, more = {}, role = "recall_manager") =>
    factory.ask(role, SCOPE, { criteria, ...more });
  return {
    factory,
    early,
    ask,
    async found(criteria, more = {}) {
      const { data: answered, errors } = await ask(criteria, more);
      if (errors[0]) throw errors[0];
      const { count, devices } = answered.recallScope;
      expect([devices.nodes.length, devices.totalCount]).toEqual([count, count]);
      return devices.nodes
        .map((device: { serialNumber: string }) => device.serialNumber.at(-1))
        .join("");
    },
  };
}

export const lot = (...values: string[]) => ({ group: { field: "lotCode", values } });
export const ever = (field: string, ...values: string[]) => ({
  group: { field, values, membership: "EVER" },
});
export const field = (name: string, more: Variables) => ({ field: { name, ...more } });
export const siblings = (serialNumber: string, by: string[], membership = "CURRENT") => ({
  siblingsOf: { serialNumber, by, membership },
});
