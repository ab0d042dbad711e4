import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { callerOf } from "../manufacturing/factory.ts";
import { CHANGE_CONTACT, openTown, ownerInput, person, REGISTER, type Town } from "./town.ts";

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

type Who = Parameters<Town["ask"]>[0];

/** An owner who signs in, with a device; answers his id. */
async function owner(name: string): Promise<string> {
  await town.provision({ serialNumber: `SN ${name}`, connhexId: `d-${name}` });
  const input = { connhexId: `d-${name}`, owner: ownerInput(name) };
  return (await town.get(person(name), REGISTER, { input })).registerOwnership.owner.id;
}

function change(who: Who, input: object, ownerId?: string) {
  return town.ask(who, CHANGE_CONTACT, { input, ...(ownerId !== undefined && { ownerId }) });
}

async function contactOf(id: string) {
  const document =
    "query ($id: ID!) { owner(id: $id) { displayName contact { email phone address } } }";
  const { owner } = await town.get("recall_manager", document, { id });
  return { displayName: owner.displayName, ...owner.contact };
}

test("an owner changes what he names, clears what he says is null, and keeps the rest", async () => {
  const id = await owner("ada");
  const { data } = await change(person("ada"), { email: "new@example.org", phone: null });
  expect(data.changeOwnerContact).toEqual({
    id,
    displayName: "ada",
    contact: { email: "new@example.org", phone: null, address: null },
  });
  await change(person("ada"), { displayName: "Ada L.", address: "Via Roma 1\n50100 Firenze" }, id);
  expect(await contactOf(id)).toEqual({
    displayName: "Ada L.",
    email: "new@example.org",
    phone: null,
    address: "Via Roma 1\n50100 Firenze",
  });
});

test("staff change an owner's by his id, and support still sees it masked", async () => {
  const id = await owner("bob");
  const { data } = await change("support", { email: "bob.new@example.org" }, id);
  expect(data.changeOwnerContact.contact.email).toBe("b•••@e•••.org");
  expect((await change("admin", { phone: "+1 555 010 9999" }, id)).codes).toEqual([]);
  expect(await contactOf(id)).toMatchObject({
    email: "bob.new@example.org",
    phone: "+1 555 010 9999",
  });
});

test("nobody changes what is not his to change", async () => {
  const id = await owner("cy");
  await owner("eve");
  const input = { email: "eve@evil.example" };
  const attempts: [Who, string | undefined, string][] = [
    [person("eve"), id, "FORBIDDEN"],
    [person("eve"), "nonsense", "FORBIDDEN"],
    [person("nobody"), id, "FORBIDDEN"],
    [person("nobody"), undefined, "OWNER_NOT_FOUND"],
    [callerOf("owner", { subject: "person-cy", tenant: "globex" }), undefined, "OWNER_NOT_FOUND"],
    [callerOf("owner", { subject: "person-cy", tenant: "globex" }), id, "FORBIDDEN"],
    [callerOf("support", { tenant: "globex" }), id, "OWNER_NOT_FOUND"],
    [callerOf("support", { subject: "person-cy" }), undefined, "BAD_USER_INPUT"],
    ["admin", "nonsense", "OWNER_NOT_FOUND"],
    ["recall_manager", id, "FORBIDDEN"],
    ["engineering", id, "FORBIDDEN"],
    ["compliance", id, "FORBIDDEN"],
    ["service", id, "FORBIDDEN"],
  ];
  for (const [who, ownerId, code] of attempts) {
    expect([who, ownerId, (await change(who, input, ownerId)).codes]).toEqual([
      who,
      ownerId,
      [code],
    ]);
  }
  expect(await contactOf(id)).toMatchObject({ displayName: "cy", email: "cy@example.com" });
});

test("changes at once are made one after another; none is lost", async () => {
  const id = await owner("dee");
  const results = await Promise.all([
    ...Array.from({ length: 10 }, () => change(person("dee"), { email: "dee@example.org" })),
    ...Array.from({ length: 10 }, () => change("support", { phone: "+39 06 555555" }, id)),
    change("admin", { address: "Via Po 2" }, id),
  ]);
  expect(results.flatMap(({ codes }) => codes)).toEqual([]);
  expect(await contactOf(id)).toEqual({
    displayName: "dee",
    email: "dee@example.org",
    phone: "+39 06 555555",
    address: "Via Po 2",
  });
});

test("the data stay under that person's own key, and what they were is gone", async () => {
  const id = await owner("fay");
  const rows = () =>
    town.database.admin<{ key: string; text: string }>(
      `SELECT encode(wrapped_key, 'hex') AS key, encode(ciphertext, 'hex') AS text
       FROM owner JOIN owner_key USING (tenant, owner_id) JOIN owner_contact USING (tenant, owner_id)
       WHERE subject = 'person-fay'`,
    );
  const [before] = await rows();
  await change(person("fay"), { email: "fay.canary@example.org" });
  const [after, ...more] = await rows();
  expect(more).toEqual([]);
  expect(after?.key).toBe(before?.key);
  expect(after?.text).not.toBe(before?.text);
  expect(after?.text).not.toContain(Buffer.from("canary").toString("hex"));
  await town.database.admin(`DELETE FROM owner_key k USING owner w
    WHERE w.subject = 'person-fay' AND k.owner_id = w.owner_id`);
  expect((await change(person("fay"), { email: "x@example.org" })).codes).toEqual([
    "OWNER_NOT_FOUND",
  ]);
  expect(await contactOf(id)).toEqual({ displayName: null });
});

test("refusals and log lines repeat nothing personal", async () => {
  await owner("gus");
  const lines: string[] = [];
  setLogWriter((line) => lines.push(line));
  const refused = await Promise.all([
    change(person("gus"), { email: "canary" }),
    change(person("gus"), { phone: "canary" }),
    change(person("gus"), { displayName: "canary\u0007" }),
    change(person("gus"), { displayName: null, address: "canary" }),
    change(person("gus"), {}),
  ]);
  await change(person("gus"), { displayName: "Canary", email: "canary@example.org" });
  setLogWriter((line) => void process.stderr.write(`${line}\n`));
  expect(refused.flatMap(({ codes }) => codes)).toEqual([
    "INVALID_VALUE",
    "INVALID_VALUE",
    "INVALID_VALUE",
    "FIELD_REQUIRED",
    "NOTHING_TO_CHANGE",
  ]);
  expect(JSON.stringify([refused.map(({ errors }) => errors), lines])).not.toMatch(/canary/i);
});
