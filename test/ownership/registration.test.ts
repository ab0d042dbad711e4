import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  AWAY,
  devices,
  LOOK,
  OFFER,
  openTown,
  ownerInput,
  person,
  REGISTER,
  RELEASE,
  STATE,
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

test("an owner registers himself, once, and is known from then on", async () => {
  await device("r-1");
  await device("r-2");
  expect((await register(person("ada"), { connhexId: "r-1" })).codes).toEqual(["FIELD_REQUIRED"]);
  const first = await register(person("ada"), { connhexId: "r-1", owner: ownerInput("Ada") });
  expect(first.codes).toEqual([]);
  expect(first.data.registerOwnership).toMatchObject({ to: null, owner: { displayName: "Ada" } });
  const second = await register(person("ada"), { connhexId: "r-2" });
  expect(second.data.registerOwnership.owner).toEqual(first.data.registerOwnership.owner);
  const mine = await town.get(person("ada"), "{ myDevices { totalCount nodes { connhexId } } }");
  expect(mine.myDevices).toEqual({
    totalCount: 2,
    nodes: [{ connhexId: "r-1" }, { connhexId: "r-2" }],
  });
  expect((await look("r-1")).owner).toMatchObject({ displayName: "Ada", country: "IT" });
});

test("what is not provisioned, not active or not released cannot be registered", async () => {
  const owner = ownerInput("Bob");
  expect((await register("admin", { connhexId: "none", owner })).codes).toEqual([
    "DEVICE_NOT_PROVISIONED",
  ]);
  await device("s-1");
  const reason = "stolen";
  await town.get("admin", STATE, { connhexId: "s-1", state: "SUSPENDED", reason });
  expect((await register("admin", { connhexId: "s-1", owner })).codes).toEqual([
    "IDENTITY_NOT_ACTIVE",
  ]);
  await town.get("admin", STATE, { connhexId: "s-1", state: "ACTIVE", reason });
  await town.factory.correct("SN s-1", 2, { disposition: "QUARANTINED" });
  expect((await register("admin", { connhexId: "s-1", owner })).codes).toEqual([
    "DEVICE_QUARANTINED",
  ]);
  await town.factory.correct("SN s-1", 3, { disposition: "SCRAPPED" });
  expect((await register("admin", { connhexId: "s-1", owner })).codes).toEqual(["DEVICE_SCRAPPED"]);
  expect((await look("s-1")).owner).toBeNull();
});

test("with Manufacturing away nothing is registered, and the refusal is retryable", async () => {
  await device("m-1");
  town.detour = AWAY;
  const { errors } = await register("admin", { connhexId: "m-1", owner: ownerInput("Cy") });
  town.detour = null;
  expect(errors[0]?.extensions).toEqual({
    code: "SUBGRAPH_UNAVAILABLE",
    retryable: true,
    subgraph: "manufacturing",
  });
  expect((await look("m-1")).ownerships).toEqual([]);
});

test("a hundred registrations at once give one owner and 99 refusals", async () => {
  await device("race-1");
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      register(person(`racer-${index}`), { connhexId: "race-1", owner: ownerInput("Racer") }),
    ),
  );
  const codes = results.map(({ codes: [code] }) => code ?? "ok").sort();
  expect(codes).toEqual([...Array(99).fill("ALREADY_REGISTERED"), "ok"]);
  const { owner, ownerships } = await look("race-1");
  expect(owner).not.toBeNull();
  expect(ownerships).toHaveLength(1);
});

test("a hundred first registrations of one person make one owner", async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `one-${index}`);
  await town.provision(...ids.map((id) => ({ serialNumber: `SN ${id}`, connhexId: id })));
  await Promise.all(
    ids.map((connhexId) => register(person("many"), { connhexId, owner: ownerInput("Many") })),
  );
  const owners = await town.database.admin("SELECT 1 FROM owner WHERE subject = 'person-many'");
  expect(owners).toHaveLength(1);
  const { _entities } = await town.get("admin", LOOK, devices(...ids));
  expect(new Set(_entities.map(({ owner }: never) => (owner as { id: string }).id)).size).toBe(1);
});

test("a protected device needs its claim code, written in any way", async () => {
  const code = await device("c-1", { isProtected: true });
  const owner = ownerInput("Dee");
  const wrong = "0000-0000-0000";
  expect((await register(person("dee"), { connhexId: "c-1", owner })).codes).toEqual([
    "CLAIM_CODE_REQUIRED",
  ]);
  for (const claimCode of [wrong, "", "x".repeat(1_000), "not a code"]) {
    const { codes } = await register(person("dee"), { connhexId: "c-1", owner, claimCode });
    expect(codes).toEqual(["CLAIM_CODE_WRONG"]);
  }
  const claimCode = ` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o")} `;
  expect((await register(person("dee"), { connhexId: "c-1", owner, claimCode })).codes).toEqual([]);
});

test("a hundred guesses at once are five; then the right code must wait too", async () => {
  const claimCode = await device("c-2", { isProtected: true });
  const owner = ownerInput("Eve");
  const guesses = await Promise.all(
    Array.from({ length: 100 }, (_, index) => {
      const guess = `GGGG-GGGG-${String(index).padStart(4, "0")}`;
      return register(person("eve"), { connhexId: "c-2", owner, claimCode: guess });
    }),
  );
  const count = (code: string) => guesses.filter(({ codes }) => codes[0] === code).length;
  expect([count("CLAIM_CODE_WRONG"), count("TOO_MANY_ATTEMPTS")]).toEqual([5, 95]);
  const { errors } = await register(person("eve"), { connhexId: "c-2", owner, claimCode });
  expect(errors[0]?.extensions).toMatchObject({ code: "TOO_MANY_ATTEMPTS", retryable: true });
  expect(errors[0]?.extensions.retryAfterSeconds).toBeGreaterThan(14 * 60);
  // A quarter of an hour later.
  await town.database.admin(
    "UPDATE cloud_identity SET locked_until = now() WHERE locked_until > now()",
  );
  expect((await register(person("eve"), { connhexId: "c-2", owner, claimCode })).codes).toEqual([]);
});

test("staff register on behalf, of an owner who is known or new", async () => {
  await device("b-1");
  await device("b-2");
  const made = await register("support", { connhexId: "b-1", owner: ownerInput("Fay") });
  const ownerId = made.data.registerOwnership.owner.id;
  expect((await register("support", { connhexId: "b-2" })).codes).toEqual(["BAD_USER_INPUT"]);
  for (const unknown of ["nonsense", Buffer.from("Owner:999999").toString("base64url")]) {
    const { codes } = await register("support", { connhexId: "b-2", ownerId: unknown });
    expect(codes).toEqual(["OWNER_NOT_FOUND"]);
  }
  expect((await register("support", { connhexId: "b-2", ownerId })).codes).toEqual([]);
  const { codes } = await register(person("gus"), { connhexId: "b-2", ownerId });
  expect(codes).toEqual(["FORBIDDEN"]);
});

test("what cannot be a connhexId is refused without a fault and without an echo", async () => {
  for (const connhexId of ["\u0000", "x".repeat(100_000), "", "ä"]) {
    const reason = "x";
    const input = { connhexId, owner: ownerInput("Yan"), consentCode: "1111-1111-1111" };
    for (const [document, variables] of [
      [REGISTER, { input: { connhexId, owner: ownerInput("Yan") } }],
      [TRANSFER, { input }],
      [RELEASE, { connhexId, reason }],
      [STATE, { connhexId, state: "REVOKED", reason }],
    ] as const) {
      const { codes, errors } = await town.ask("admin", document, variables);
      expect(codes).toEqual(["BAD_USER_INPUT"]);
      expect(errors[0]?.message.length).toBeLessThan(200);
    }
    expect((await town.ask(person("yan"), OFFER, { connhexId })).codes).toEqual(["BAD_USER_INPUT"]);
    const { _entities } = await town.get("support", LOOK, devices(connhexId));
    expect(_entities[0]).toMatchObject({ identity: null, owner: null, ownerships: [] });
  }
});

test("a revoked identity is revoked for ever, and its history says all", async () => {
  await device("i-1");
  const change = (state: string, reason = "x") =>
    town.ask("engineering", STATE, { connhexId: "i-1", state, reason });
  expect((await change("ACTIVE")).codes).toEqual(["NOTHING_TO_CHANGE"]);
  expect((await change("PENDING")).codes).toEqual(["BAD_USER_INPUT"]);
  expect((await change("SUSPENDED", " ")).codes).toEqual(["REASON_REQUIRED"]);
  expect((await change("SUSPENDED", "lost")).codes).toEqual([]);
  expect((await change("REVOKED", "gone")).codes).toEqual([]);
  expect((await change("ACTIVE")).codes).toEqual(["IDENTITY_NOT_ACTIVE"]);
  const history = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Device {
    identity { history { state actor reason } } } } }`;
  const { _entities } = await town.get("support", history, devices("i-1"));
  expect(_entities[0].identity.history).toEqual([
    { state: "PENDING", actor: "line-1", reason: null },
    { state: "ACTIVE", actor: "service:ownership", reason: null },
    { state: "SUSPENDED", actor: "engineering-1", reason: "lost" },
    { state: "REVOKED", actor: "engineering-1", reason: "gone" },
  ]);
});
