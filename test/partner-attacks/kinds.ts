import type { Random } from "../../demo/random.ts";
import {
  type Attempt,
  asking,
  BAD_INPUT,
  getting,
  NOT_FOUND,
  type Parameters,
  posting,
  REQUIRED,
  saying,
} from "./attempt.ts";
import { DEVICE_TEXT, type Targets } from "./targets.ts";

export type Kind = (random: Random, targets: Targets) => Attempt;

const VARIABLES = { serialNumber: "SN-1" };
const SHAPES = ["null", "[]", '"text"', "7", "true", "", "{", "[1,", '{"a":}', "\u0000", "NaN"];

/** Texts of which none was published. */
function textOf(random: Random): string {
  const n = random.below(1_000_000);
  return random.pick([
    DEVICE_TEXT,
    `{ a${n}: device(serialNumber: "SN-${n}") { serialNumber owner { displayName } } }`,
    `query Q${n} { __typename }`,
    `{ __schema { types { name fields { name } } } }`,
    `{ __type(name: "Owner") { fields { name } } }`,
    `{ _entities(representations: []) { __typename } _service { sdl } }`,
    `mutation { endShare(id: "${n}", reason: "mine") { id } }`,
    `mutation M { addClientKey(client: "lab") { text } }`,
    `subscription { groupChanged(field: "lotCode", value: "L") { device { id } } }`,
    `query device { ...F } fragment F on Query { ...F }`,
    `${"{ a ".repeat(random.between(1, 5_000))}`,
    `{ ${`b${n}: __typename `.repeat(random.between(1, 2_000))} }`,
    "\u0000",
    " ",
    "#",
    `{ device(serialNumber: "${"x".repeat(random.between(1, 100_000))}") { id } }`,
  ]);
}

/** Ids that are almost one of the partner's, or that mean something elsewhere. */
function strangeId(random: Random, { own, others }: Targets): string {
  const good = random.pick([own.device, own.hash]);
  const digits = own.hash.slice("sha256:".length);
  return random.pick([
    ...others,
    good.toUpperCase(),
    good.slice(0, -random.between(1, good.length - 1)),
    good.slice(random.between(1, 5)),
    `${good}${random.pick([" ", "\u0000", "/", "%00", "\n", ".json", "\u200b"])}`,
    `${random.pick([" ", "\u0000", "/", "../", "lab/", "demo/lab/", "md5:"])}${good}`,
    `SHA256:${digits}`,
    `sha256:sha256:${digits}`,
    `sha256:${digits.toUpperCase()}`,
    random.pick(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"]),
    random.pick(["' OR '1'='1", `device' --`, `'; DROP TABLE document; --`, "device%", "d_vice"]),
    random.pick(["*", ".", "..", "null", "undefined", "0", "-1", "NaN", "$1", "{}", "[]", "true"]),
    random.pick(["ｄｅｖｉｃｅ", "dеvice", "devi\u0301ce", "\ud800", "\uffff", "💥"]),
    random.word().toString(16).padStart(8, "0").repeat(8),
    "x".repeat(random.between(100, 20_000)),
  ]);
}

/** Headers in which nobody must believe who asks. */
function saidHeaders(random: Random): Record<string, string> {
  const [name, value] = random.pick([
    ["x-user-id", "dev:admin"],
    ["x-role", "admin"],
    ["x-roles", "admin,support"],
    ["x-tenant-id", "elsewhere"],
    ["x-client", "rival"],
    ["x-client-name", "rival"],
    ["apollographql-client-name", "rival"],
    ["graphql-client-name", "rival"],
    ["x-forwarded-user", "admin"],
    ["x-forwarded-for", "127.0.0.1"],
    ["x-http-method-override", "GET"],
    ["x-original-url", "/graphiql"],
    ["apollo-require-preflight", "true"],
    ["x-apollo-operation-name", "Device"],
    ["cookie", "role=admin; __proto__=x"],
    ["if-none-match", "*"],
    ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
    ["x-request-id", "' OR 1=1"],
  ] as const);
  return { [name]: value };
}

function withHeaders(attempt: Attempt, headers: Record<string, string>): Attempt {
  return { ...attempt, headers: { ...attempt.headers, ...headers } };
}

const strange = (random: Random, targets: Targets) => saying(random, strangeId(random, targets));
const own = (random: Random, { own }: Targets) => saying(random, random.pick(Object.values(own)));

/** Kinds that come in as the partner. */
export const PARTNER_KINDS: Readonly<Record<string, Kind>> = {
  "a text": (random) => asking(random, { query: textOf(random), variables: VARIABLES }, REQUIRED),
  "a text beside an own id": (random, targets) =>
    asking(random, { query: textOf(random), ...own(random, targets) }, REQUIRED),
  "a text to be registered": (random) => {
    const persistedQuery = { version: 1, sha256Hash: random.word().toString(16).repeat(8) };
    return asking(random, { query: textOf(random), extensions: { persistedQuery } }, REQUIRED);
  },
  "another id": (random, targets) =>
    asking(random, { ...strange(random, targets), variables: VARIABLES }, NOT_FOUND),
  "another id before an own one": (random, targets) => {
    const last = { extensions: { persistedQuery: { sha256Hash: targets.own.device } } };
    const [first, second] = ["documentId", "doc_id"];
    const id = strangeId(random, targets);
    const said = { [first as string]: id, [second as string]: targets.own.device, ...last };
    return asking(random, said, NOT_FOUND);
  },
  "an id that is no text": (random) => {
    const id = random.pick([null, 7, true, ["device"], { id: "device" }, {}, [], ""]);
    return posting(random.pick([{ documentId: id }, { doc_id: id }, { id }]), REQUIRED);
  },
  "the wrong operation": (random, targets) => {
    const operationName = random.pick(["Rival", "device", "__proto__", "constructor", "Device "]);
    const variables = { ...VARIABLES, ids: [] };
    return asking(random, { ...own(random, targets), operationName, variables }, BAD_INPUT);
  },
  "wrong variables": (random, targets) => {
    const serialNumber = random.pick([null, 7, true, {}, [[]], { __proto__: null }]);
    const { device, hash } = targets.own;
    const said = saying(random, random.pick([device, hash]));
    return asking(random, { ...said, variables: { serialNumber } }, BAD_INPUT);
  },
  "no variables": (random, targets) => {
    const variables = random.pick([{}, null, [], "SN-1", 7, "{", { SerialNumber: "SN-1" }]);
    return posting({ ...own(random, targets), variables }, BAD_INPUT);
  },
  "longer lists than published": (random, { own }) => {
    const ids = Array.from({ length: random.between(101, 1_900) }, (_, n) => `id-${n}`);
    const said = { ...saying(random, own.devices), variables: { ids } };
    return posting(said, "400 VARIABLE_BEYOND_LIMIT");
  },
  "variables without end": (random, targets) => {
    const levels = random.between(40, random.chance(0.1) ? 65_000 : 4_000);
    const deep = `${"[".repeat(levels)}${"]".repeat(levels)}`;
    const id = random.pick(Object.values(targets.own));
    const body = `{"documentId":"${id}","variables":{"${random.pick(["serialNumber", "x"])}":${deep}}}`;
    return posting(body, "400 VARIABLES_TOO_DEEP");
  },
  "huge variables": (random, targets) => {
    const characters = random.between(16_385, random.chance(0.1) ? 130_000 : 60_000);
    const variables = { serialNumber: "x".repeat(characters) };
    return posting({ ...own(random, targets), variables }, "400 VARIABLE_TEXT_TOO_LONG");
  },
  "many variables": (random, targets) => {
    const length = random.between(10_001, random.chance(0.1) ? 20_000 : 12_000);
    const variables = { ...VARIABLES, x: Array.from({ length }, (_, n) => n) };
    return posting({ ...own(random, targets), variables }, "400 VARIABLE_LIST_TOO_LONG");
  },
  "an array of requests": (random, targets) => {
    const one = random.chance(0.5) ? own(random, targets) : { query: textOf(random) };
    const most = Math.min(random.chance(0.1) ? 10_000 : 100, 120_000 / JSON.stringify(one).length);
    const length = random.between(0, Math.floor(most));
    return posting(JSON.stringify(Array.from({ length }, () => one)), REQUIRED);
  },
  "a key twice": (random, targets) => {
    const { device } = targets.own;
    const id = JSON.stringify(strangeId(random, targets));
    const text = JSON.stringify(textOf(random));
    const twice: readonly [string, string][] = [
      [`{"documentId":"${device}","documentId":${id}}`, NOT_FOUND],
      [`{"documentId":"${device}","query":"","query":${text}}`, REQUIRED],
      [`{"query":${text},"documentId":"${device}","\\u0071uery":${text}}`, REQUIRED],
      [`{"documentId":"${device}","documentId":null}`, REQUIRED],
    ];
    const [body, refused] = random.pick(twice);
    if (random.chance(0.5)) return posting(body, refused);
    const strange = strangeId(random, targets);
    const search = new URLSearchParams([
      ["documentId", device],
      ["documentId", strange],
    ]);
    return { ...getting({}, BAD_INPUT), path: `/graphql?${search}` };
  },
  "a prototype": (random, { own }) => {
    const inner = `{"documentId":"${own.device}","query":"{ __typename }"}`;
    const body = random.pick([
      `{"__proto__":${inner}}`,
      `{"constructor":{"prototype":${inner}}}`,
      `{"prototype":${inner}}`,
      `{"extensions":{"__proto__":{"persistedQuery":{"sha256Hash":"${own.device}"}}}}`,
      `{"extensions":{"persistedQuery":{"__proto__":{"sha256Hash":"${own.device}"}}}}`,
    ]);
    if (random.chance(0.7)) return posting(body, REQUIRED);
    const path = `/graphql?__proto__[documentId]=${own.device}&__proto__=${own.device}`;
    return { ...getting({}, REQUIRED), path };
  },
  "no object": (random) => posting(random.pick(SHAPES), REQUIRED),
  "broken bytes": (random, { own }) => {
    const junk = Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80].slice(0, random.between(1, 6)));
    const begun = Buffer.from(`{"documentId":"${own.device}`);
    const said = Buffer.from(`${begun}"}`);
    const broken: readonly [Buffer[], string][] = [
      [[begun, junk, Buffer.from('"}')], NOT_FOUND],
      [[junk, said], REQUIRED],
      [[said, junk], REQUIRED],
      [[said, said], REQUIRED],
      [[Buffer.from([0xef, 0xbb, 0xbf]), said], REQUIRED],
      [[Buffer.from(said.toString(), "utf16le")], REQUIRED],
      [[begun, Buffer.from([0]), Buffer.from('"}')], REQUIRED],
    ];
    const [parts, refused] = random.pick(broken);
    return posting(Buffer.concat(parts), refused);
  },
  "broken addresses": (random, { own }) => {
    const paths: readonly [string, string][] = [
      [`/graphql?documentId=${own.device}%00`, NOT_FOUND],
      [`/graphql?documentId=${own.device}%ff%c0%80`, NOT_FOUND],
      [`/graphql?documentId=%`, NOT_FOUND],
      [`/graphql?documentId[]=${own.device}`, REQUIRED],
      [`/graphql?DocumentId=${own.device}`, REQUIRED],
      [`/graphql?document%00Id=${own.device}`, REQUIRED],
      [`/graphql#?documentId=${own.device}`, "404 none"],
      [`/graphql/?documentId=${own.device}`, "404 none"],
      [`/GRAPHQL?documentId=${own.device}`, "404 none"],
      [`//graphql?documentId=${own.device}`, "404 none"],
      [`/graphql%3FdocumentId=${own.device}`, "404 none"],
      [`/subgraphs/manufacturing?query=%7B__typename%7D`, "404 none"],
      [`/graphql?&?&=&==${"&a=b".repeat(random.between(1, 2_000))}`, REQUIRED],
    ];
    const [path, refused] = random.pick(paths);
    return { ...getting({}, refused), path };
  },
  "an id in the address of a POST": (random, { own }) => {
    const path = `/graphql?documentId=${own.device}&query=%7B__typename%7D`;
    const body: Parameters = random.pick([{}, { variables: VARIABLES }, { query: "{ a }" }]);
    return { ...posting(body, REQUIRED), path };
  },
  "another media type": (random, targets) => {
    const type = random.pick([
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/plain",
      "application/graphql",
      "application/json+graphql",
      "text/json",
      "",
    ]);
    const form = Buffer.from(`documentId=${targets.own.device}&query=%7B__typename%7D`);
    const attempt = { ...posting(own(random, targets), "415 BAD_USER_INPUT"), body: form };
    if (random.chance(0.2)) return withHeaders(attempt, { "content-encoding": "gzip" });
    return withHeaders(attempt, { "content-type": type });
  },
  "another method": (random, targets) => {
    const method = random.pick(["PUT", "PATCH", "DELETE", "OPTIONS"]);
    return { ...posting(own(random, targets), "405 BAD_USER_INPUT"), method };
  },
  "a stream of a text": (random) => {
    const accept = random.pick(["text/event-stream", "text/event-stream, application/json"]);
    return withHeaders(asking(random, { query: textOf(random) }, REQUIRED), { accept });
  },
  "a stream of another id": (random, targets) => {
    const accept = random.pick(["text/event-stream", "text/event-stream, */*"]);
    return withHeaders(asking(random, strange(random, targets), NOT_FOUND), { accept });
  },
  "a stream of a query": (random, targets) => {
    const said = { ...own(random, targets), variables: { ...VARIABLES, ids: [] } };
    const attempt = asking(random, said, "406 BAD_USER_INPUT");
    return withHeaders(attempt, { accept: "text/event-stream" });
  },
  "another type of answer": (random, targets) => {
    const accept = random.pick(["text/html", "multipart/mixed", "image/*", "application/graphql"]);
    return withHeaders(asking(random, own(random, targets), "406 BAD_USER_INPUT"), { accept });
  },
  "another id in another's name": (random, targets) => {
    const attempt = asking(random, strange(random, targets), NOT_FOUND);
    return withHeaders(attempt, saidHeaders(random));
  },
  "a text in another's name": (random) =>
    withHeaders(asking(random, { query: textOf(random) }, REQUIRED), saidHeaders(random)),
  "a body too large": (random) => ({
    ...posting("{", "413 BODY_TOO_LARGE"),
    headers: {
      "content-type": "application/json",
      "content-length": String(random.between(131_073, 2_000_000_000)),
    },
  }),
};

/** Kinds that come in as somebody for whom nothing is published. */
export const STRANGER_KINDS: Readonly<Record<string, Kind>> = {
  "a stranger's id": (random, targets) => {
    const said = random.chance(0.5) ? own(random, targets) : strange(random, targets);
    return asking(random, said, NOT_FOUND);
  },
  "a stranger's text": (random) => asking(random, { query: textOf(random) }, REQUIRED),
};

/** Kinds by which nobody comes in. */
export const NOBODY_KINDS: Readonly<Record<string, Kind>> = {
  "nobody's id": (random, targets) => asking(random, own(random, targets), "401 UNAUTHENTICATED"),
  "nobody's text": (random) => asking(random, { query: textOf(random) }, "401 UNAUTHENTICATED"),
};
