import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "../cli/command-line.ts";

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
}, 60_000);
afterAll(() => cli.close());

const pair = generateKeyPairSync("ed25519");
const PUBLIC = pair.publicKey.export({ format: "pem", type: "spki" }).toString();
const PRIVATE = pair.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const STATION = ["--role", "station", "--name", "station 7"];

test("signing-key add, list, sign and revoke take a key through its life", async () => {
  const publicKey = await cli.file("station.pem", PUBLIC);
  const privateKey = await cli.file("station.key", PRIVATE);
  const added = await cli.run("engineering", ["signing-key", "add", publicKey, ...STATION]);
  expect(added).toMatchObject({ exit: 0, stderr: expect.stringContaining("as kid ") });
  expect(added.stdout).toMatch(/station +EdDSA +valid +station 7/);
  const listed = await cli.run("support", ["signing-key", "list", "--json"]);
  const [key] = JSON.parse(listed.stdout);
  expect(key).toMatchObject({ name: "station 7", role: "STATION", state: "VALID" });

  const text = '{"serialNumber":"SN-1",\n "lotCode":"L-1"}\n';
  const record = await cli.file("record.json", text);
  const signed = await cli.run("line", ["signing-key", "sign", record, "--key", privateKey]);
  const { payload, signature } = JSON.parse(signed.stdout);
  expect(payload).toBe(text);
  const [header = ""] = signature.split(".");
  expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({
    alg: "EdDSA",
    kid: key.keyId,
  });

  const why = ["--reason", "stolen", "--from", "2026-01-31T08:00:00Z"];
  const revoked = await cli.run("engineering", ["signing-key", "revoke", key.keyId, ...why]);
  expect(revoked).toMatchObject({
    exit: 0,
    stderr: "what was recorded with it since 2026-01-31T08:00:00.000000Z is flagged\n",
  });
  const again = await cli.run("engineering", ["signing-key", "revoke", key.keyId, ...why]);
  expect(again).toMatchObject({ exit: 1, stderr: expect.stringContaining("an earlier time") });
});

test("a private key is not sent, nor told, and what is no key is no key to sign with", async () => {
  const secret = await cli.file("secret.pem", PRIVATE);
  const added = await cli.run("engineering", ["signing-key", "add", secret, ...STATION]);
  expect(added).toMatchObject({ exit: 1, stderr: expect.stringContaining("a private key") });
  expect(added.stderr).not.toContain(PRIVATE.split("\n")[1]);
  const publicKey = await cli.file("public.pem", PUBLIC);
  const record = await cli.file("one.json", "{}");
  const signed = await cli.run("line", ["signing-key", "sign", record, "--key", publicKey]);
  expect(signed).toMatchObject({ exit: 2, stdout: "" });
  const refused = await cli.run("support", ["signing-key", "add", publicKey, ...STATION]);
  expect(refused.exit).toBe(3);
});
