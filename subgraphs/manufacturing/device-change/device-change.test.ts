import { expect, test } from "@jest/globals";
import type { FieldDefinition } from "../field-definition/field-definition.ts";
import { deviceChange, type FollowedState } from "./device-change.ts";

const COLOUR = { name: "colour", isGroupable: true } as FieldDefinition;
const WEIGHT = { name: "weight", isGroupable: false } as FieldDefinition;

function state(values: Partial<FollowedState>): FollowedState {
  const none = { workOrder: null, productionOrder: null, palletId: null, packageId: null };
  return { ...none, serialNumber: "SN", connhexId: null, lotCode: null, attributes: {}, ...values };
}
const lot = (value: string) => ({ field: "lotCode", value });
const NAME = { field: "serialNumber", value: "SN" };

test.each([
  ["recorded with a lot", null, state({ lotCode: "A" }), [NAME, lot("A")]],
  ["given its lot", state({}), state({ lotCode: "A" }), [NAME, lot("A")]],
  [
    "moved to another lot",
    state({ lotCode: "A" }),
    state({ lotCode: "B" }),
    [NAME, lot("A"), lot("B")],
  ],
  ["taken out of its lot", state({ lotCode: "A" }), state({}), [NAME, lot("A")]],
  ["provisioned", state({}), state({ connhexId: "C" }), [NAME, { field: "connhexId", value: "C" }]],
  [
    "changed in custom fields, of which one groups",
    state({ attributes: { colour: "red", weight: 5 } }),
    state({ attributes: { colour: "green", weight: 6 } }),
    [NAME, { field: "colour", value: "red" }, { field: "colour", value: "green" }],
  ],
])(
  "a device that is %s is told to whoever follows its values, old or new",
  (_, before, after, values) => {
    const { serialNumber, values: told } = deviceChange(before, after, [COLOUR, WEIGHT]);
    expect(serialNumber).toBe("SN");
    expect(told).toHaveLength(values.length);
    expect(told).toEqual(expect.arrayContaining(values));
  },
);
