import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  OFFER,
  openTown,
  ownerInput,
  person,
  RELEASE,
  stepsIn,
  type Town,
  TRANSFER,
} from "./town.ts";

let town: Town;
let { device, register, look } = {} as ReturnType<typeof stepsIn>;
beforeAll(async () => {
  town = await openTown();
  ({ device, register, look } = stepsIn(town));
});
afterAll(() => town.close());

test("a transfer needs the present owner or the code of his offer", async () => {
  await device("t-1");
  await register(person("hal"), { connhexId: "t-1", owner: ownerInput("Hal") });
  const transfer = (who: Parameters<Town["ask"]>[0], more: object) =>
    town.ask(who, TRANSFER, { input: { connhexId: "t-1", ...more } });
  const ian = { owner: ownerInput("Ian") };
  for (const who of [person("ian"), "support", "admin"] as const) {
    expect((await transfer(who, ian)).codes).toEqual(["CONSENT_REQUIRED"]);
    expect((await transfer(who, { ...ian, consentCode: "1111-2222-3333" })).codes).toEqual([
      "CONSENT_REQUIRED",
    ]);
  }
  expect((await town.ask(person("ian"), OFFER, { connhexId: "t-1" })).codes).toEqual([
    "NOT_REGISTERED",
  ]);
  const { offerOwnershipTransfer: offer } = await town.get(person("hal"), OFFER, {
    connhexId: "t-1",
  });
  const taken = await Promise.all(
    ["ian", "jo", "kim"].map((name) =>
      transfer(person(name), { owner: ownerInput(name), consentCode: offer.code }),
    ),
  );
  expect(taken.map(({ codes: [code] }) => code ?? "ok").sort()).toEqual([
    "CONSENT_REQUIRED",
    "CONSENT_REQUIRED",
    "ok",
  ]);
  expect((await transfer(person("hal"), { ...ian, consentCode: offer.code })).codes).toEqual([
    "CONSENT_REQUIRED",
  ]);
  const { ownerships } = await look("t-1");
  expect(ownerships).toMatchObject([{ endedBy: "TRANSFER" }, { endedBy: null, to: null }]);
  expect(ownerships[0].to).toBe(ownerships[1].from);
});

test("the present owner gives his device away without a code, but not to himself", async () => {
  await device("t-2");
  const { data } = await register(person("lea"), { connhexId: "t-2", owner: ownerInput("Lea") });
  const { id } = data.registerOwnership.owner;
  const transfer = (more: object) =>
    town.ask(person("lea"), TRANSFER, { input: { connhexId: "t-2", ...more } });
  expect((await transfer({ ownerId: id })).codes).toEqual(["NOTHING_TO_CHANGE"]);
  const given = await transfer({ owner: ownerInput("Max"), reason: "a present" });
  expect(given.codes).toEqual([]);
  // Whom he gave it to is no longer his to see.
  expect(given.data.transferOwnership.owner).toBeNull();
  expect((await look("t-2")).owner.displayName).toBe("Max");
  expect((await transfer({ owner: ownerInput("Nan") })).codes).toEqual(["CONSENT_REQUIRED"]);
});

test("an offer expires, and wrong codes lock it", async () => {
  await device("t-3");
  await register(person("oda"), { connhexId: "t-3", owner: ownerInput("Oda") });
  const offer = async () =>
    (await town.get(person("oda"), OFFER, { connhexId: "t-3" })).offerOwnershipTransfer.code;
  const take = (consentCode: string) =>
    town.ask(person("pia"), TRANSFER, {
      input: { connhexId: "t-3", owner: ownerInput("Pia"), consentCode },
    });
  const expired = await offer();
  await town.database.admin("UPDATE transfer_offer SET expires_at = now()");
  expect((await take(expired)).codes).toEqual(["CONSENT_REQUIRED"]);
  const code = await offer();
  const guesses = await Promise.all(Array.from({ length: 20 }, () => take("2222-2222-2222")));
  const locked = guesses.filter(({ codes }) => codes[0] === "TOO_MANY_ATTEMPTS");
  expect(locked).toHaveLength(15);
  expect((await take(code)).codes).toEqual(["TOO_MANY_ATTEMPTS"]);
  expect((await take(await offer())).codes).toEqual([]);
});

test("an offer is void after a release", async () => {
  await device("t-4");
  await register(person("rob"), { connhexId: "t-4", owner: ownerInput("Rob") });
  const { code } = (await town.get(person("rob"), OFFER, { connhexId: "t-4" }))
    .offerOwnershipTransfer;
  await town.get(person("rob"), RELEASE, { connhexId: "t-4", reason: "sold" });
  await register(person("sue"), { connhexId: "t-4", owner: ownerInput("Sue") });
  const input = { connhexId: "t-4", owner: ownerInput("Tom"), consentCode: code };
  expect((await town.ask(person("tom"), TRANSFER, { input })).codes).toEqual(["CONSENT_REQUIRED"]);
});

test("a release is the present owner's, or staff's with a reason; then anyone may register", async () => {
  await device("e-1");
  await register(person("una"), { connhexId: "e-1", owner: ownerInput("Una") });
  const release = (who: Parameters<Town["ask"]>[0], reason: string) =>
    town.ask(who, RELEASE, { connhexId: "e-1", reason });
  expect((await release(person("vic"), "mine")).codes).toEqual(["NOT_REGISTERED"]);
  expect((await release("support", "  ")).codes).toEqual(["REASON_REQUIRED"]);
  const { data } = await release("support", "returned to the shop");
  expect(data.releaseOwnership).toMatchObject({ endedBy: "RELEASE" });
  expect(data.releaseOwnership.to).not.toBeNull();
  expect((await release("support", "again")).codes).toEqual(["NOT_REGISTERED"]);
  expect(
    (await register(person("vic"), { connhexId: "e-1", owner: ownerInput("Vic") })).codes,
  ).toEqual([]);
  expect((await look("e-1")).ownerships).toMatchObject([
    { endedBy: "RELEASE", owner: { displayName: "Una" } },
    { endedBy: null, owner: { displayName: "Vic" } },
  ]);
});
