import { expect } from "@jest/globals";
import type { Answer, Factory, Variables } from "../manufacturing/factory.ts";

const FREEZE = `mutation Freeze($input: FreezeRecallInput!, $key: String) {
  freezeRecall(input: $input, idempotencyKey: $key) {
    id title criteria sentence knownAt reason frozenAt frozenBy deviceCount hash state
    devices(first: 1000) { totalCount nodes { serialNumber } }
  }
}`;

export const READ_RECALL = `query Read($id: ID!) {
  recall(id: $id) {
    deviceCount hash state withdrawnBy withdrawalReason
    devices(first: 1000) { totalCount nodes { serialNumber lotCode } }
    candidates(first: 1000) { totalCount nodes { serialNumber } }
    departures(first: 1000) { totalCount nodes { serialNumber } }
  }
}`;

export const STATUS = `query Status($serialNumber: String!) {
  device(serialNumber: $serialNumber) { recallStatus recalls { id title state } }
}`;

/** The criteria of one lot, as it is now. */
export const lot = (value: string) => ({ group: { field: "lotCode", values: [value] } });

export function freeze(factory: Factory, input: Variables, key?: string): Promise<Answer> {
  const given = { title: "cells", reason: "they swell", ...input };
  return factory.ask("recall_manager", FREEZE, { input: given, key });
}

/** Freezes; fails where it is refused. */
export async function frozen(
  factory: Factory,
  input: Variables,
): Promise<{ id: string; hash: string }> {
  const { data, errors } = await freeze(factory, input);
  expect(errors).toEqual([]);
  return data.freezeRecall;
}

/** What stands in a recall, as serial numbers. */
export async function readRecall(factory: Factory, id: string) {
  const { data, errors } = await factory.ask("support", READ_RECALL, { id });
  expect(errors).toEqual([]);
  const { devices, candidates, departures, ...recall } = data.recall;
  const names = ({ nodes }: { nodes: { serialNumber: string }[] }) =>
    nodes.map(({ serialNumber }) => serialNumber);
  for (const list of [devices, candidates, departures]) {
    expect(list.totalCount).toBe(list.nodes.length);
  }
  return {
    ...recall,
    held: names(devices),
    candidates: names(candidates),
    departures: names(departures),
  };
}

export async function statusOf(factory: Factory, serialNumber: string): Promise<string> {
  const { data } = await factory.ask("support", STATUS, { serialNumber });
  return data.device.recallStatus;
}
