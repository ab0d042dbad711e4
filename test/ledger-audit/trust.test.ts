import { expect, test } from "@jest/globals";
import { witnessSigner } from "../../shared/ledger/cosignature.ts";
import { privateKeyOf } from "../../shared/ledger/ed25519.ts";
import { trustOf } from "../../start/audit.ts";
import { newLogKeys } from "../ledger-store/sequenced-log.ts";

const [north, south] = ["north.example", "south.example"].map((name, at) =>
  witnessSigner(name, privateKeyOf(Buffer.alloc(32, 40 + at))),
) as [ReturnType<typeof witnessSigner>, ReturnType<typeof witnessSigner>];
const POLICY = [
  `log ${newLogKeys("gateway").signers[0]?.verifierKey}`,
  `witness n ${north.verifierKey} https://north.example/w/`,
  `witness s ${south.verifierKey}`,
  "group both all n s",
  "quorum both",
  "",
].join("\n");
const own = { name: north.name, vkey: north.verifierKey, url: "http://localhost:4010" };

test.each([
  ["nowhere else", [], [{ ...own, url: "https://north.example/w" }]],
  ["by the operator, too", [own], [own]],
])("a witness is asked where the policy says that it is, if named %s", (_, addresses, expected) => {
  const trust = trustOf(POLICY, { addresses, dataFolder: "/nowhere", isWitnessed: true });
  expect(trust.addresses).toEqual(expected);
});
