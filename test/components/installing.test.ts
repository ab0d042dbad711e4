import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { callerOf, type Factory, openFactory } from "../manufacturing/factory.ts";
import { INSTALL, install, item, NAMES, nameOf, REMOVE, REPLACE } from "./parts.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.record(
    ...["A", "B", "C", "D", "E", "F", "G", "H"].map((name) => ({ serialNumber: `SN-${name}` })),
  );
});
afterAll(() => factory.close());

async function verdicts(input: unknown, key?: string) {
  const { data, errors } = await factory.ask("line", INSTALL, { input, key });
  expect(errors).toEqual([]);
  return data.installComponents;
}

const row = (parent: string, child: string, more: object = {}) => ({
  parent: item(parent),
  child: item(child),
  ...more,
});

const IN = `{ nodes { id position quantity measure installedAt actor source child { ${NAMES} }
  removal { reason } } totalCount }`;

async function componentsOf(serialNumber: string, asked = "") {
  const { data, errors } = await factory.ask(
    "support",
    `{ device(serialNumber: "${serialNumber}") { components${asked} ${IN} } }`,
  );
  expect(errors).toEqual([]);
  return data.device.components;
}

describe("a batch is judged row by row", () => {
  test("what is known already is unchanged, what cannot be is refused by itself", async () => {
    const at = "2026-01-01T00:00:00Z";
    const first = await verdicts([
      row("SN-A", "MODEM/M-1", { position: "J1", installedAt: at }),
      row("SN-A", "PCB/P-1#L-1", { installedAt: at }),
      row("PCB/P-1", "CHIP@C-1", { quantity: 0.25, measure: "kg" }),
      row("SN-A", "PCB/P-1", { installedAt: at }),
    ]);
    expect(first).toMatchObject({ recorded: 3, unchanged: 0, refused: 1 });
    expect(first.verdicts[3]).toMatchObject({ code: "DUPLICATE_IN_BATCH", installation: null });
    const again = await verdicts([
      row("SN-A", "MODEM/M-1", { position: "J1" }),
      row("SN-A", "PCB/P-1", { installedAt: at }),
      row("PCB/P-1", "CHIP@C-1", { quantity: 0.5, measure: "kg" }),
      row("SN-A", "MODEM/M-1", { position: "J2" }),
      row("PCB/P-1#L-2", "CHIP@C-2"),
      row("SN-none", "CHIP@C-2"),
      row("SN-A", "SN-A"),
      row("SN-A", "CHIP@C-1", { quantity: 0 }),
      row("SN-A", "CHIP@C-1", { installedAt: "2999-01-01T00:00:00Z" }),
      { parent: item("SN-A"), child: {} },
      { parent: item("SN-A"), child: { component: { supplier: "S", partNumber: "P" } } },
      { parent: item("SN-A"), child: { id: "nonsense" } },
    ]);
    const said = again.verdicts.map(
      ({ outcome, code, field }: Record<string, string>) => `${outcome} ${code} ${field}`,
    );
    expect(said).toEqual([
      "UNCHANGED null null",
      "UNCHANGED null null",
      "REFUSED ALREADY_RECORDED child",
      "RECORDED null null",
      "REFUSED ALREADY_RECORDED parent.component.supplierLot",
      "REFUSED DEVICE_NOT_RECORDED parent.device",
      "REFUSED INVALID_VALUE child",
      "REFUSED INVALID_VALUE quantity",
      "REFUSED INVALID_VALUE installedAt",
      "REFUSED INVALID_VALUE child",
      "REFUSED FIELD_REQUIRED child.component",
      "REFUSED NOT_FOUND child.id",
    ]);
    expect(again.verdicts[0].installation).toBe(first.verdicts[0].installation);
    const { nodes, totalCount } = await componentsOf("SN-A");
    expect(totalCount).toBe(3);
    expect(nodes.map((one: { child: never }) => nameOf(one.child))).toEqual([
      "MODEM/M-1",
      "PCB/P-1",
      "MODEM/M-1",
    ]);
    expect(nodes[0]).toMatchObject({
      ...{ position: "J1", quantity: 1, measure: null, actor: "line-1", source: "test" },
      ...{ installedAt: "2026-01-01T00:00:00.000000Z", removal: null },
    });
  });

  test("a row that is refused leaves no component behind", async () => {
    await verdicts([row("SN-none", "GHOST/G-1"), row("GHOST/G-2", "GHOST/G-2")]);
    const asked = `{ components(partNumber: "GHOST") { totalCount } }`;
    expect((await factory.ask("support", asked)).data.components.totalCount).toBe(0);
  });

  test("the same key and content get the same verdicts, other content is refused", async () => {
    const input = [row("SN-B", "MODEM/M-2")];
    const first = await verdicts(input, "k-1");
    expect(first.recorded).toBe(1);
    expect(await verdicts(input, "k-1")).toEqual(first);
    const other = await factory.ask("line", INSTALL, { input: [row("SN-B", "X/1")], key: "k-1" });
    expect(other.codes).toEqual(["IDEMPOTENCY_KEY_REUSED"]);
    const tooMany = Array.from({ length: 1_001 }, (_, n) => row("SN-B", `X/${n}`));
    expect((await factory.ask("line", INSTALL, { input: tooMany })).codes).toEqual([
      "BATCH_TOO_LARGE",
    ]);
  });

  test("a device can be a component of another, and is found from it", async () => {
    await install(factory, [["SN-C", "SN-D", { position: "slot 2" }]]);
    const { data } = await factory.ask(
      "support",
      `{ device(serialNumber: "SN-D") { installedIn { nodes { position parent { ${NAMES} } } } } }`,
    );
    const [only] = data.device.installedIn.nodes;
    expect([only.position, nameOf(only.parent)]).toEqual(["slot 2", "SN-C"]);
  });
});

describe("replacing and removing", () => {
  test("a chain of replacements is kept, and each moment has its own component", async () => {
    const [first = ""] = await install(factory, [
      [
        "SN-E",
        "BAT/1",
        { position: "X", quantity: 2, measure: "cells", installedAt: "2026-01-01T00:00:00Z" },
      ],
    ]);
    const replace = async (installation: string, child: string, replacedAt: string) => {
      const by = { child: item(child), replacedAt };
      const { data, errors } = await factory.ask("line", REPLACE, {
        installation,
        by,
        reason: "rework",
      });
      expect(errors).toEqual([]);
      return data.replaceComponent;
    };
    const second = await replace(first, "BAT/2", "2026-02-01T00:00:00Z");
    expect(second).toMatchObject({
      ...{
        position: "X",
        quantity: 2,
        measure: "cells",
        installedAt: "2026-02-01T00:00:00.000000Z",
      },
      replaces: {
        id: first,
        removal: {
          removedAt: "2026-02-01T00:00:00.000000Z",
          ...{ reason: "rework", actor: "line-1", replacedBy: { id: second.id } },
        },
      },
    });
    const third = await replace(second.id, "BAT/1", "2026-03-01T00:00:00Z");
    const names = async (asked: string) => {
      const { nodes } = await componentsOf("SN-E", asked);
      return nodes.map((one: { child: never }) => nameOf(one.child));
    };
    expect(await names("")).toEqual(["BAT/1"]);
    expect(await names("(membership: EVER)")).toEqual(["BAT/1", "BAT/2", "BAT/1"]);
    expect(await names(`(at: "2025-12-31T00:00:00Z")`)).toEqual([]);
    expect(await names(`(at: "2026-01-15T00:00:00Z")`)).toEqual(["BAT/1"]);
    expect(await names(`(at: "2026-02-01T00:00:00Z")`)).toEqual(["BAT/2"]);
    expect(await names(`(at: "2026-02-15T00:00:00Z", knownAt: "2026-02-20T00:00:00Z")`)).toEqual(
      [],
    );
    const gone = await factory.ask("line", REPLACE, {
      ...{ installation: first, reason: "again", by: { child: item("BAT/9") } },
    });
    expect(gone.codes).toEqual(["NOTHING_TO_CHANGE"]);
    expect(third.replaces.id).toBe(second.id);
  });

  test("what was removed was there as it was known before", async () => {
    const [installation = ""] = await install(factory, [["SN-F", "BAT/5"]]);
    const known = (await componentsOf("SN-F")).nodes[0].installedAt;
    const early = { installation, reason: "x", removedAt: "2020-01-01T00:00:00Z" };
    expect((await factory.ask("line", REMOVE, early)).codes).toEqual(["INVALID_VALUE"]);
    expect((await factory.ask("line", REMOVE, { installation, reason: " " })).codes).toEqual([
      "REASON_REQUIRED",
    ]);
    const { data } = await factory.ask("line", REMOVE, { installation, reason: "leaks" });
    expect(data.removeComponent.removal).toMatchObject({ reason: "leaks", replacedBy: null });
    expect((await factory.ask("line", REMOVE, { installation, reason: "y" })).codes).toEqual([
      "NOTHING_TO_CHANGE",
    ]);
    expect((await componentsOf("SN-F")).totalCount).toBe(0);
    const before = await componentsOf("SN-F", `(knownAt: "${known}")`);
    expect(before.nodes[0].removal).toBeNull();
    // The same row again says nothing new; without its time it says that it is there again.
    expect((await verdicts([row("SN-F", "BAT/5", { installedAt: known })])).unchanged).toBe(1);
    expect((await verdicts([row("SN-F", "BAT/5")])).recorded).toBe(1);
    expect((await componentsOf("SN-F", "(membership: EVER)")).totalCount).toBe(2);
  });

  test("an installation that is none, or another tenant's, is not found", async () => {
    const [installation = ""] = await install(factory, [["SN-G", "BAT/6"]]);
    const beta = callerOf("line", { tenant: "beta" });
    for (const [caller, id] of [
      ["line", "nonsense"],
      [beta, installation],
    ] as const) {
      const remove = { installation: id, reason: "x" };
      expect((await factory.ask(caller, REMOVE, remove)).codes).toEqual(["NOT_FOUND"]);
      const replace = { ...remove, by: { child: item("X/1") } };
      expect((await factory.ask(caller, REPLACE, replace)).codes).toEqual(["NOT_FOUND"]);
    }
  });
});

describe("one component is found", () => {
  test.each([
    [`supplier: "ACME PARTS", partNumber: "MODEM", serialNumber: "M-1"`, "MODEM/M-1"],
    [`supplier: "ACME PARTS", partNumber: "CHIP", supplierLot: "C-1"`, "CHIP@C-1"],
    [`supplier: "ACME PARTS", partNumber: "PCB", supplierLot: "L-1"`, null],
    [`supplier: "acme parts", partNumber: "CHIP", supplierLot: "C-1"`, null],
  ])("by %s", async (asked, name) => {
    const { data } = await factory.ask(
      "support",
      `{ component(${asked}) {
      id partNumber serialNumber supplierLot } }`,
    );
    const { component } = data;
    expect(component && nameOf({ device: null, component })).toBe(name);
    if (!component) return;
    const byId = await factory.ask("support", `{ component(id: "${component.id}") { id } }`);
    expect(byId.data.component.id).toBe(component.id);
    const beta = callerOf("support", { tenant: "beta" });
    const theirs = await factory.ask(beta, `{ component(id: "${component.id}") { id } }`);
    expect(theirs.data.component).toBeNull();
  });

  test.each([
    `supplier: "S"`,
    `supplier: "S", partNumber: "P"`,
    `id: "x", supplier: "S"`,
    `supplier: "S", partNumber: "P", serialNumber: "1", supplierLot: "L"`,
    "",
  ])("and not by %s", async (asked) => {
    const document = `{ component${asked && `(${asked})`} { id } }`;
    expect((await factory.ask("support", document)).codes).toEqual(["BAD_USER_INPUT"]);
  });
});
