import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "@jest/globals";
import { verifierOf } from "../ledger/cosignature.ts";
import { noteSigner, signNote } from "../ledger/note.ts";
import { BelievedKeys, type RecordedKey } from "./believed-keys.ts";

const [FIRST, SECOND, THIRD] = ["first", "second", "third"].map((entry) => {
  const signer = noteSigner("log.example", generateKeyPairSync("ed25519").privateKey);
  const verifier = verifierOf(signer.verifierKey);
  return { signer, verifier, recorded: { verifier, entry } satisfies RecordedKey };
}) as [Key, Key, Key];
type Key = {
  signer: ReturnType<typeof noteSigner>;
  verifier: ReturnType<typeof verifierOf>;
  recorded: RecordedKey;
};
const ALL = [FIRST.recorded, SECOND.recorded, THIRD.recorded];
const idsOf = (keys: BelievedKeys) => keys.verifiers.map(({ keyId }) => keyId);

test("a key is believed once a believed one has signed its entry, and not before", () => {
  const keys = new BelievedKeys([FIRST.verifier], ALL);
  expect(idsOf(keys)).toEqual([FIRST.verifier.keyId]);
  keys.met("second");
  expect(idsOf(keys)).toEqual([FIRST.verifier.keyId]);
  keys.signed();
  expect(idsOf(keys)).toEqual([FIRST.verifier.keyId, SECOND.verifier.keyId]);
  keys.met("some other entry");
  keys.signed();
  const note = signNote("a text\n", [FIRST.signer, THIRD.signer]);
  expect(keys.strangersOf(note)).toEqual([THIRD.verifier.keyId]);
});

test("a key that is not recorded is no stranger: nobody says that it is of the log", () => {
  const keys = new BelievedKeys([FIRST.verifier], [FIRST.recorded]);
  expect(keys.strangersOf(signNote("a text\n", [THIRD.signer]))).toEqual([]);
  expect(keys.strangersOf("no note")).toEqual([]);
});

test("where no key was given, those of the log are compared with each other", () => {
  expect(idsOf(new BelievedKeys([], ALL))).toEqual(ALL.map(({ verifier }) => verifier.keyId));
});
