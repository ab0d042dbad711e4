import { excerpt } from "../../shared/text.ts";
import { RequestRefusal, refusingWhole } from "../request/request-refusal.ts";
import { type FeedBegin, readFeedBegin } from "./feed-position.ts";
import { FEED } from "./limits.ts";
import type { FeedPage } from "./merged-feed.ts";

/** What somebody asks of the feed. */
export interface AskedChanges {
  begin: FeedBegin;
  limit: number;
  waitMs: number;
  isNdjson: boolean;
}

const PARAMETERS = ["after", "limit", "wait"];
const NDJSON = "application/x-ndjson";

/** Reads `/changes?after=&limit=&wait=`. Throws RequestRefusal. */
export async function readChangesRequest(
  url: string,
  accept: string | undefined,
): Promise<AskedChanges> {
  const { searchParams } = new URL(url, "http://gateway");
  const given = new Map<string, string>();
  for (const [name, value] of searchParams) {
    // A mistyped parameter must not be taken for none.
    if (!PARAMETERS.includes(name)) {
      throw wrong("parameter", `there is no ${excerpt(name)}, only ${PARAMETERS.join(", ")}`);
    }
    if (given.has(name)) throw wrong(name, `${name} is given twice`);
    given.set(name, value);
  }
  const { events, eventsMost, waitSeconds } = FEED;
  return {
    begin: await refusingWhole(() => readFeedBegin(given.get("after") ?? null)),
    limit: numberOf(given, "limit", { least: 1, most: eventsMost, usual: events }),
    waitMs: numberOf(given, "wait", { least: 0, most: waitSeconds, usual: 0 }) * 1_000,
    isNdjson: acceptsNdjson(accept),
  };
}

/** The answer's type and text. Of NDJSON the last line says where to go on: without it it was cut. */
export function pageText(
  { events, ...end }: FeedPage,
  isNdjson: boolean,
): { type: string; text: string } {
  const told = events.map(({ event }) => event);
  if (!isNdjson) {
    return {
      type: "application/json; charset=utf-8",
      text: JSON.stringify({ events: told, ...end }),
    };
  }
  const text = [...told, end].map((line) => `${JSON.stringify(line)}\n`).join("");
  return { type: NDJSON, text };
}

function acceptsNdjson(accept = "*/*"): boolean {
  const types = accept
    .split(",")
    .map((range) => (range.split(";", 1)[0] ?? "").trim().toLowerCase());
  if (types.some((type) => ["*/*", "application/*", "application/json"].includes(type)))
    return false;
  if (types.includes(NDJSON) || types.includes("application/ndjson")) return true;
  throw new RequestRefusal(406, "BAD_USER_INPUT", `pages are application/json or ${NDJSON}`);
}

function numberOf(
  given: ReadonlyMap<string, string>,
  name: string,
  { least, most, usual }: { least: number; most: number; usual: number },
): number {
  const text = given.get(name);
  if (text === undefined || text === "") return usual;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw wrong(name, `${name} is ${least} to ${most}, not ${excerpt(text)}`);
}

function wrong(argument: string, message: string): RequestRefusal {
  return new RequestRefusal(400, "BAD_USER_INPUT", message, {}, { argument });
}
