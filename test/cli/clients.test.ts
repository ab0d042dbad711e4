import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openRegistry } from "../../gateway/open-registry.ts";
import { type CommandLine, startCommandLine } from "./command-line.ts";

const LOT = "query Lot($n: String!) {\n  device(serialNumber: $n) {\n    lotCode\n  }\n}";
const SIBLINGS = `query Siblings($n: String!, $first: Int!) {
  device(serialNumber: $n) { siblings(first: $first) { nodes { serialNumber } } }
}`;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
}, 60_000);
afterAll(() => cli?.close());

const admin = (...words: string[]) => cli.run("admin", words);
async function done(...words: string[]): Promise<string> {
  const ran = await admin(...words);
  if (ran.exit !== 0) throw new Error(ran.stdout + ran.stderr);
  return ran.stdout;
}
async function clientOfKey(text: string) {
  const other = await openRegistry({ databaseUrl: cli.gateway.database.appUrl });
  try {
    return await other.registry.clientOfKey(text);
  } finally {
    await other.close();
  }
}

describe("client", () => {
  test("adds, changes and lists clients", async () => {
    const acme = await done("client", "add", "acme", "--kind", "partner", "--json");
    expect(JSON.parse(acme)).toMatchObject({ name: "acme", kind: "PARTNER" });
    const added = await done("client", "add", "portal", "--kind", "app", "--role", "support");
    expect(added).toMatch(/^portal +app +support +– +active /m);
    const words = ["--requests-per-minute", "600", "--role", "support", "--role", "line"];
    const changed = await done("client", "change", "portal", ...words, "--reason", "more work");
    expect(changed).toMatch(/^portal +app +support, line +600\/min +active /m);
    const deactivated = ["--deactivate", "--requests-per-minute", "none", "--reason", "moved"];
    expect(await done("client", "change", "portal", ...deactivated)).toMatch(/ – +inactive /);
    const listed = await done("client", "list");
    expect(listed.trim().split("\n")).toHaveLength(3);
    const all = JSON.parse(await done("client", "list", "--json"));
    expect(all).toMatchObject([
      { name: "acme", kind: "PARTNER", roles: ["partner"], isActive: true },
      { name: "portal", kind: "APP", roles: ["support", "line"], isActive: false },
    ]);
    const history = JSON.parse(await done("client", "list", "portal", "--json")).history;
    expect(history.map(({ reason }: { reason: string }) => reason)).toEqual([
      "moved",
      "more work",
      null,
    ]);
  });

  test("prints a key once, alone on standard output; it opens the door until it is revoked", async () => {
    await done("client", "add", "keyed", "--kind", "partner");
    const ran = await admin("client", "key", "add", "keyed", "--expires", "2099-01-01T00:00:00Z");
    expect(ran.exit).toBe(0);
    const key = ran.stdout.trim();
    expect(key).toMatch(/^tgk_demo_[0-9a-f]{16}_[0-9a-f]{64}$/);
    expect(ran.stderr).toContain("shown once");
    expect(ran.stderr).not.toContain(key.slice(-20));
    expect((await clientOfKey(key))?.name).toBe("keyed");
    const rotated = await done(
      "client",
      "key",
      "rotate",
      "keyed",
      "--overlap-hours",
      "0",
      "--json",
    );
    const { text, key: made } = JSON.parse(rotated);
    expect(await clientOfKey(key)).toBeNull();
    expect((await clientOfKey(text))?.name).toBe("keyed");
    const page = await done("client", "list", "keyed");
    expect(page).toContain(made.keyId);
    expect(page).toContain(`…${text.slice(-4)}`);
    expect(page).not.toContain(text.slice(-20));
    await done("client", "key", "revoke", made.keyId, "--reason", "it leaked");
    expect(await clientOfKey(text)).toBeNull();
    expect(await done("client", "list", "keyed")).toContain("it leaked");
  });

  test("keeps a key in a file that nobody else can read, and makes none where it cannot", async () => {
    await done("client", "add", "filed", "--kind", "partner");
    const path = join(dirname(await cli.file("nothing.txt", "")), "filed.key");
    const ran = await admin("client", "key", "add", "filed", "--out", path);
    expect([ran.exit, ran.stdout]).toEqual([0, ""]);
    const key = (await readFile(path, "utf8")).trim();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(ran.stderr).not.toContain(key.slice(-20));
    expect((await clientOfKey(key))?.name).toBe("filed");
    for (const [to, code] of [
      [path, "FILE_EXISTS"],
      [join(path, "below-a-file.key"), "cannot write"],
    ] as const) {
      const refused = await admin("client", "key", "rotate", "filed", "--out", to);
      expect([refused.exit, refused.stderr]).toEqual([2, expect.stringContaining(code)]);
    }
    expect(await readFile(path, "utf8")).toBe(`${key}\n`);
    const made = JSON.parse(await done("client", "list", "filed", "--json"));
    expect(JSON.stringify(made).match(/keyId/g)).toHaveLength(1);
    // A key that was refused leaves no file behind.
    const other = join(dirname(path), "nobody.key");
    const nobody = await admin("client", "key", "add", "nobody", "--out", other);
    expect([nobody.exit, existsSync(other)]).toEqual([1, false]);
  });

  test.each<[words: string[], exit: number, said: RegExp]>([
    [["add", "x"], 2, /--kind/],
    [["add", "x", "--kind", "friend"], 2, /app, partner/],
    [["add", "x", "--kind", "app"], 2, /at least one role \[BAD_USER_INPUT\]/],
    [["add", "x", "--kind", "partner", "--role", "admin"], 2, /and no other/],
    [["change", "nobody", "--deactivate", "--reason", "x"], 1, /no client "nobody" \[NOT_FOUND\]/],
    [["change", "nobody", "--reason", "x"], 2, /say what to change/],
    [["change", "nobody", "--deactivate"], 2, /--reason/],
    [["change", "nobody", "--activate", "--deactivate", "--reason", "x"], 2, /cannot be used with/],
    [["change", "nobody", "--requests-per-minute", "0", "--reason", "x"], 2, /whole number from 1/],
    [["list", "nobody"], 1, /no client "nobody" \[NOT_FOUND\]/],
    [["key", "add", "nobody"], 1, /NOT_FOUND/],
    [["key", "add", "nobody", "--expires", "soon"], 2, /2027-01-01/],
    [["key", "rotate", "nobody", "--overlap-hours", "721"], 2, /0 to 720/],
    [["key", "revoke", "0000", "--reason", "x"], 1, /NOT_FOUND/],
  ])("client %j ends with %d", async (words, exit, said) => {
    const ran = await admin("client", ...words);
    expect(ran).toMatchObject({ exit, stdout: "" });
    expect(ran.stderr).toMatch(said);
  });

  test("is for administrators", async () => {
    const ran = await cli.run("engineering", ["client", "add", "x", "--kind", "partner"]);
    expect(ran).toMatchObject({ exit: 3, stdout: "" });
  });
});

describe("documents", () => {
  const app = async (name: string) =>
    done("client", "add", name, "--kind", "app", "--role", "engineering");
  const publish = (client: string, ...words: string[]) =>
    admin("documents", "publish", "--client", client, "--version", "3", ...words);

  test("publishes manifests with the limits of their variables, lists and retires them", async () => {
    await app("mobile");
    const operation = { id: sha256(SIBLINGS), name: "Siblings", type: "query", body: SIBLINGS };
    const format = { format: "apollo-persisted-query-manifest", version: 1 };
    const apollo = await cli.file("a.json", JSON.stringify({ ...format, operations: [operation] }));
    const md5 = createHash("md5").update(LOT).digest("hex");
    const relay = await cli.file("r.json", JSON.stringify({ [md5]: LOT }));
    const limits = await cli.file("limits.json", '{"first": 20}');
    const words = [apollo, relay, "--limits", limits];

    const tried = await publish("mobile", ...words, "--dry-run");
    expect(tried).toMatchObject({ exit: 0, stderr: expect.stringContaining("only tried") });
    expect(tried.stdout).toMatch(/^ACCEPTED +Lot /m);
    expect(tried.stdout).not.toContain("PUBLISHED");
    expect(await done("documents", "list", "--client", "mobile", "--json")).toBe("[]\n");

    const published = await publish("mobile", ...words);
    expect(published.exit).toBe(0);
    expect(published.stdout).toMatch(new RegExp(`^PUBLISHED +Lot .*${md5}$`, "m"));
    expect(published.stderr).toContain("2 to publish, 0 unchanged, 0 refused: published");
    const again = JSON.parse((await publish("mobile", ...words, "--json")).stdout);
    expect(again).toMatchObject({ isPublished: true, published: 0, unchanged: 2 });

    const listed = JSON.parse(await done("documents", "list", "--client", "mobile", "--json"));
    expect(listed).toMatchObject([
      { documentId: sha256(SIBLINGS), operationName: "Siblings", versions: ["3"], isLive: true },
      { documentId: md5, operationName: "Lot" },
    ]);
    const single = ["--id", md5, "--reason", "too slow"];
    expect(await done("documents", "retire", "--client", "mobile", ...single)).toContain(
      "1 document retired",
    );
    const version = ["--version", "3", "--reason", "old"];
    await done("documents", "retire", "--client", "mobile", ...version);
    const after = await done("documents", "list", "--client", "mobile", "--version", "3");
    expect(after.match(/ retired /g)).toHaveLength(2);
  });

  test("publishes a folder, each operation under the hash of its text", async () => {
    await app("web");
    const path = await cli.file("lot.graphql", LOT);
    const folder = path.slice(0, path.lastIndexOf("/"));
    const ran = await publish("web", folder, "--json");
    expect(JSON.parse(ran.stdout).verdicts).toMatchObject([
      { id: `sha256:${sha256(LOT)}`, operationName: "Lot", outcome: "PUBLISHED" },
    ]);
  });

  test("tells of a folder's documents file, line and column as they were written", async () => {
    await app("folder");
    const path = await cli.file("wrong/own.graphql", "# mine\nquery A { nope }\n");
    const ran = await publish("folder", path.slice(0, path.lastIndexOf("/")));
    expect(ran).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^REFUSED +A /m) });
    expect(ran.stderr).toMatch(/wrong\/own\.graphql:2:11: A: Query\.nope: .* \[BAD_USER_INPUT\]$/m);
  });

  test("publishes nothing where one is refused, and names document, line and field", async () => {
    await app("sloppy");
    const wrong = 'query Wrong {\n  device(serialNumber: "SN-1") { lotCoed }\n}';
    const hash = sha256("something else");
    const manifest = JSON.stringify({ lot: LOT, wrong, [hash]: LOT.replace("Lot", "Other") });
    const ran = await publish("sloppy", await cli.file("wrong.json", manifest));
    expect(ran.exit).toBe(1);
    expect(ran.stderr).toMatch(/^Wrong:2:\d+: Device\.lotCoed: .* \[BAD_USER_INPUT\]$/m);
    expect(ran.stderr).toMatch(/^Other: the id looks like a hash, .* \[BAD_DOCUMENT_ID\]$/m);
    expect(ran.stderr).toContain("nothing was published");
    expect(await done("documents", "list", "--client", "sloppy", "--json")).toBe("[]\n");
  });

  test("refuses what is larger than one request before anything is sent", async () => {
    const many = Array.from({ length: 90 }, (_, n) => [`d${n}`, `${LOT}#${"x".repeat(49_000)}`]);
    const path = await cli.file("large.json", JSON.stringify(Object.fromEntries(many)));
    const ran = await publish("nobody", path);
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toMatch(/90 documents make a request of \d+ bytes.*\[FILE_TOO_LARGE\]/);
  });

  test.each<[words: string[], exit: number, said: RegExp]>([
    [["publish", "--client", "a", "--version", "1", "/nowhere.json"], 2, /no such file/],
    [["publish", "--client", "a", "--version", "1"], 2, /manifest/],
    [["publish", "--client", "a", "/nowhere.json"], 2, /--version/],
    [["list", "--client", "nobody"], 1, /no client "nobody"/],
    [["retire", "--client", "a", "--reason", "x"], 2, /--version or --id/],
    [["retire", "--client", "nobody", "--version", "1", "--reason", "x"], 1, /NOT_FOUND/],
  ])("documents %j ends with %d", async (words, exit, said) => {
    const ran = await admin("documents", ...words);
    expect(ran).toMatchObject({ exit, stdout: "" });
    expect(ran.stderr).toMatch(said);
  });
});
