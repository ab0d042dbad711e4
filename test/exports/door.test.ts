import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ROLES } from "../../shared/caller.ts";
import { type ExportWorld, fillHard, HARD, openWorld } from "./export-world.ts";

let world: ExportWorld;
beforeAll(async () => {
  world = await openWorld();
  await fillHard(world);
});
afterAll(() => world.close());

const digest = (bytes: Buffer) =>
  `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
const lines = (body: Buffer) => body.toString().trimEnd().split("\n");

describe("an export", () => {
  test("ends with its count and its hash, and says which file it is", async () => {
    const { status, headers, trailers, body, isWhole } =
      await world.take("/exports/devices.ndjson");
    expect([status, isWhole]).toEqual([200, true]);
    expect(trailers).toEqual({ "row-count": String(HARD.length), "repr-digest": digest(body) });
    expect(headers["transfer-encoding"]).toBe("chunked");
    expect(headers.trailer).toBe("Row-Count, Repr-Digest");
    expect(headers["expected-rows"]).toBe(String(HARD.length));
    expect(headers["content-disposition"]).toMatch(/^attachment; filename="devices-.*\.ndjson"$/);
    expect(headers.link).toBe(
      `</exports/files/${headers["export-id"]}/manifest.json>; rel="describedby"`,
    );
    expect(headers["ratelimit-policy"]).toBeDefined();
    expect(lines(body)).toHaveLength(HARD.length);
  });

  test("has a manifest that says the same, for its caller and those who watch over exports", async () => {
    const taken = await world.take(
      "/exports/group.csv?field=lotCode&value=007&columns=serialNumber",
      {
        headers: { "x-request-id": "request-of-a-manifest" },
      },
    );
    const path = `/exports/files/${taken.headers["export-id"]}/manifest.json`;
    const manifest = await world.take(path);
    expect(JSON.parse(manifest.body.toString())).toEqual({
      exportId: taken.headers["export-id"],
      what: "group",
      selection: { field: "lotCode", value: "007" },
      moment: taken.headers["export-moment"],
      columns: [{ name: "serialNumber", type: "text" }],
      rows: 1,
      bytes: taken.body.length,
      sha256: createHash("sha256").update(taken.body).digest("hex"),
      format: "csv",
      formulas: "disarmed",
      exportedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      exportedBy: expect.any(String),
      requestId: "request-of-a-manifest",
    });
    for (const [roles, status] of [
      ["compliance", 200],
      ["support", 404],
    ] as const) {
      expect([
        roles,
        (await world.take(path, { roles: [roles], subject: "other" })).status,
      ]).toEqual([roles, status]);
    }
  });

  test("has the columns that are asked for, in that order", async () => {
    const { body } = await world.take("/exports/devices.csv?columns=lotCode,serialNumber");
    expect(lines(body)[0]).toBe("lotCode,serialNumber");
    expect(lines(body)[1]).toBe("L-2,00012");
  });

  test("has single custom fields as columns of their own", async () => {
    const path = "/exports/devices.ndjson?columns=serialNumber,attributes.grams,attributes.note";
    const [first] = lines((await world.take(path)).body);
    expect(first).toBe('{"serialNumber":"00012","attributes.grams":12,"attributes.note":"plain"}');
  });

  test.each([
    ["text/csv", "text/csv"],
    ["application/vnd.apache.parquet", "application/vnd.apache.parquet"],
    ["application/x-ndjson;q=0.5, text/csv;q=0.1", "application/x-ndjson"],
    ["*/*", "text/csv"],
    ["application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"],
  ])("that accepts %s is %s", async (accept, type) => {
    const { status, headers } = await world.take("/exports/devices", { headers: { accept } });
    expect([status, headers["content-type"]?.split(";")[0]]).toEqual([200, type]);
  });

  test("is refused with what to do, and never begun", async () => {
    const cases: [string, number, string][] = [
      ["/exports/devices.csv?columns=serialNumber,nope", 400, "BAD_USER_INPUT"],
      ["/exports/devices.csv?columns=serialNumber,serialNumber", 400, "BAD_USER_INPUT"],
      ["/exports/devices.csv?colums=serialNumber", 400, "BAD_USER_INPUT"],
      ["/exports/devices.docx", 400, "BAD_USER_INPUT"],
      ["/exports/devices.csv?formulas=yes", 400, "BAD_USER_INPUT"],
      ["/exports/group.csv?field=lotCode", 400, "BAD_USER_INPUT"],
      ["/exports/group.csv?field=site&value=x", 400, "BAD_USER_INPUT"],
      ["/exports/group.csv?field=lotCode&value=L-9", 400, "UNKNOWN_VALUE"],
      ["/exports/group.csv?field=lotCode&value=%00", 400, "UNKNOWN_VALUE"],
      ["/exports/group.csv?field=lotCode&value=007&membership=NEVER", 400, "BAD_USER_INPUT"],
      ["/exports/devices/5.csv", 404, "NOT_FOUND"],
      ["/exports/everything.csv", 404, "NOT_FOUND"],
      ["/exports/files/nothing", 404, "NOT_FOUND"],
      [`/exports/files/${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}`, 404, "NOT_FOUND"],
    ];
    for (const [path, status, code] of cases) {
      const taken = await world.take(path);
      expect([path, taken.status, taken.code]).toEqual([path, status, code]);
    }
    const { status, headers } = await world.take("/exports/devices.csv", { method: "DELETE" });
    expect([status, headers.allow]).toEqual([405, "GET, POST"]);
    const accept = { headers: { accept: "image/png" } };
    expect((await world.take("/exports/devices", accept)).status).toBe(406);
    const nobody = await fetch(`${world.gateway.gateway.url}/exports/devices.csv`);
    expect(nobody.status).toBe(401);
  });

  test("of a group that nothing is in now has no rows, and of what was ever in it all", async () => {
    const path = "/exports/group.ndjson?field=lotCode&value=L-1&columns=serialNumber";
    expect((await world.take(path)).trailers["row-count"]).toBe("0");
    const ever = await world.take(`${path}&membership=EVER`);
    expect(ever.body.toString()).toBe('{"serialNumber":"00012"}\n');
  });
});

describe("who may export", () => {
  const MAY: Record<string, readonly string[]> = {
    devices: [
      "support",
      "recall_manager",
      "engineering",
      "compliance",
      "analyst",
      "admin",
      "partner",
    ],
    ownerships: ["support", "recall_manager", "engineering", "compliance", "analyst", "admin"],
  };

  test.each(Object.keys(MAY))("%s is a matter of roles", async (what) => {
    const may = [];
    for (const role of ROLES) {
      const { status, code } = await world.take(`/exports/${what}.csv`, { roles: [role] });
      if (status === 200) may.push(role);
      else expect([role, status, code]).toEqual([role, 403, "FORBIDDEN"]);
    }
    expect(may.sort()).toEqual([...(MAY[what] ?? [])].sort());
  });

  test("which column is a matter of roles, as in the graph", async () => {
    const header = async (what: string, role: "analyst" | "engineering") =>
      lines((await world.take(`/exports/${what}.csv`, { roles: [role] })).body)[0]?.split(",") ??
      [];
    const closed = async (what: string) => {
      const open = await header(what, "analyst");
      return (await header(what, "engineering")).filter((name) => !open.includes(name));
    };
    expect(await closed("devices")).toEqual(["operator"]);
    expect(await closed("revisions")).toEqual(["actor", "operator"]);
    for (const [what, name] of [
      ["devices", "operator"],
      ["revisions", "actor"],
      ["ownerships", "ownerName"],
    ]) {
      const { code, status } = await world.take(`/exports/${what}.csv?columns=${name}`);
      expect([name, status, code]).toEqual([name, 403, "FORBIDDEN"]);
    }
  });
});

describe("the access log", () => {
  const LINES = `SELECT request_id, operation, devices, device_count, encode(device_hash, 'hex') AS hash,
    outcomes, status FROM access_log WHERE request_id = $1 ORDER BY line`;
  const linesOf = (id: string) =>
    world.gateway.database.admin<Record<string, unknown>>(LINES, [id]);

  test("names the few devices of a small export, before and after", async () => {
    const id = "request-of-eight";
    await world.take("/exports/devices.csv", { headers: { "x-request-id": id } });
    const found = await linesOf(id);
    expect(found.map(({ operation, device_count }) => [operation, device_count])).toEqual([
      ["export devices.csv", HARD.length],
      ["export devices.csv end", HARD.length],
    ]);
    expect(found[0]?.devices).toContain("00012");
  });

  test("has the number of rows of a large one, and at its end the hash of its file", async () => {
    const many = Array.from({ length: 150 }, (_, n) => ({ serialNumber: `M-${n}`, lotCode: "M" }));
    await world.record(...many);
    const id = "request-of-many";
    const { body } = await world.take("/exports/group.csv?field=lotCode&value=M", {
      headers: { "x-request-id": id },
    });
    const [begin, end] = await linesOf(id);
    expect([begin?.device_count, begin?.devices]).toEqual([150, []]);
    expect([end?.operation, end?.device_count]).toEqual(["export group.csv end", 150]);
    expect(end?.hash).toBe(createHash("sha256").update(body).digest("hex"));
  });

  test("has a line of what was refused too", async () => {
    const id = "request-refused-1";
    const headers = { "x-request-id": id };
    await world.take("/exports/devices.csv", { roles: ["owner"], headers });
    const [line] = await linesOf(id);
    expect([line?.operation, line?.outcomes, line?.status]).toEqual([
      "export devices.csv",
      ["FORBIDDEN"],
      403,
    ]);
  });

  test("that cannot be written keeps every byte back", async () => {
    await world.gateway.database.stop();
    try {
      const { status, code, body } = await world.take("/exports/devices.csv");
      expect([status, code]).toEqual([503, "DATABASE_UNAVAILABLE"]);
      expect(body.toString()).not.toContain("00012");
    } finally {
      await world.gateway.database.resume();
    }
  });
});
