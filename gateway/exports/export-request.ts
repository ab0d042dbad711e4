import {
  EXPORT_FORMATS,
  type ExportFormat,
  isExportFormat,
} from "../../shared/export/export-format.ts";
import type { ExportQuestion } from "../../shared/graph/subgraph-service.ts";
import { excerpt } from "../../shared/text.ts";
import { RequestRefusal } from "../request/request-refusal.ts";
import { assertVariablesWithinLimits } from "../variable-limits.ts";
import { EXPORTS } from "./limits.ts";

/** The subgraph that has the rows, and the arguments that say which of them. */
interface Kind {
  subgraph: string;
  /** Parameters of the query, all of them texts. */
  selects: readonly string[];
  /** Whether the path names one thing, like a recall. */
  hasId?: boolean;
}

/** Everything that can be exported. */
export const KINDS: Readonly<Record<string, Kind>> = {
  devices: { subgraph: "manufacturing", selects: [] },
  revisions: { subgraph: "manufacturing", selects: ["serialNumber"] },
  group: { subgraph: "manufacturing", selects: ["field", "value", "membership"] },
  scope: { subgraph: "manufacturing", selects: ["criteria", "knownAt"] },
  recall: { subgraph: "manufacturing", selects: [], hasId: true },
  components: { subgraph: "manufacturing", selects: [] },
  ownerships: { subgraph: "ownership", selects: [] },
};

/** An export as it was asked for. */
export interface AskedExport {
  subgraph: string;
  question: ExportQuestion;
}

/** Formats as `Accept` names them; the first one of each is what is answered. */
const MEDIA_TYPES: Readonly<Record<ExportFormat, readonly string[]>> = {
  csv: ["text/csv"],
  ndjson: ["application/x-ndjson", "application/ndjson", "application/jsonl"],
  arrow: ["application/vnd.apache.arrow.stream"],
  parquet: ["application/vnd.apache.parquet", "application/x-parquet"],
  xlsx: ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
};

const PREFIX = "/exports/";

/**
 * Reads `/exports/<what>[/<id>][.<suffix>]` with its query, and the body where there is one. null
 * where the path is none of an export.
 */
export function readExportRequest(
  url: string,
  { accept, body }: { accept: string | undefined; body: string | null },
): AskedExport | null {
  const { pathname, searchParams } = new URL(url, "http://gateway");
  if (!pathname.startsWith(PREFIX)) return null;
  const { name, id, suffix } = partsOf(pathname.slice(PREFIX.length));
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (!kind || (id !== null) !== (kind.hasId ?? false)) return null;
  const format = suffix === null ? acceptedFormat(accept) : formatOf(suffix);
  const given: Record<string, unknown> = {
    ...parametersOf(searchParams, kind),
    ...(body !== null && fromJson(body, kind)),
  };
  const { columns, formulas, ...selection } = given;
  if (typeof selection.criteria === "string") selection.criteria = fromText(selection.criteria);
  assertVariablesWithinLimits(selection);
  return {
    subgraph: kind.subgraph,
    question: {
      what: name,
      format,
      columns: readColumns(columns),
      keepsFormulas: readFormulas(formulas),
      selection: { ...selection, ...(id !== null && { id }) },
    },
  };
}

/** Criteria within a URL are JSON. */
function fromText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong("criteria", "the criteria are not JSON");
  }
}

function partsOf(path: string): { name: string; id: string | null; suffix: string | null } {
  const [, begin = "", suffix = null] = /^(.*?)(?:\.([a-z]+))?$/.exec(path) ?? [];
  const [name = "", id, ...more] = begin.split("/");
  if (more.length > 0 || id === "") return { name: "", id: null, suffix };
  return { name, id: id === undefined ? null : decoded(id), suffix };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong("path", "the path is not encoded as URLs are");
  }
}

function formatOf(suffix: string): ExportFormat {
  if (isExportFormat(suffix)) return suffix;
  throw wrong("format", `there is no format ${excerpt(suffix)}, only ${EXPORT_FORMATS.join(", ")}`);
}

/** The first of the accepted types that we write, by their weights; CSV for whoever takes anything. */
function acceptedFormat(accept = "*/*"): ExportFormat {
  const ranges = accept
    .toLowerCase()
    .split(",")
    .map((range) => {
      const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return { type, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { type } of ranges) {
    const format = EXPORT_FORMATS.find((one) => MEDIA_TYPES[one].includes(type));
    if (format) return format;
    if (type === "*/*" || type === "text/*") return "csv";
  }
  const types = Object.values(MEDIA_TYPES).map(([type]) => type);
  throw new RequestRefusal(406, "BAD_USER_INPUT", `exports are ${types.join(", ")}`);
}

function parametersOf(search: URLSearchParams, kind: Kind): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of search) {
    assertKnown(name, kind);
    if (name in given) throw wrong(name, `${name} is given twice`);
    given[name] = value;
  }
  return given;
}

function fromJson(body: string, kind: Kind): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw wrong("body", "the body is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw wrong("body", "the body is no JSON object");
  }
  for (const name of Object.keys(parsed)) assertKnown(name, kind);
  return { ...parsed };
}

/** A mistyped parameter must not be taken for none. */
function assertKnown(name: string, { selects }: Kind): void {
  const known = ["columns", "formulas", ...selects];
  if (known.includes(name)) return;
  throw wrong("parameter", `there is no parameter ${excerpt(name)}, only ${known.join(", ")}`);
}

function readColumns(given: unknown): readonly string[] | null {
  if (given === undefined || given === null || given === "") return null;
  const names = typeof given === "string" ? given.split(",").map((name) => name.trim()) : given;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    throw wrong("columns", "columns are names: columns=serialNumber,lotCode");
  }
  if (names.length === 0) throw wrong("columns", "name at least one column");
  if (names.length <= EXPORTS.columns) return names;
  throw wrong("columns", `at most ${EXPORTS.columns} columns, not ${names.length}`);
}

function readFormulas(given: unknown): boolean {
  if (given === undefined || given === null) return false;
  if (given === "keep") return true;
  throw wrong("formulas", `formulas is keep or nothing, not ${excerpt(given)}`);
}

function wrong(argument: string, message: string): RequestRefusal {
  return new RequestRefusal(400, "BAD_USER_INPUT", message, {}, { argument });
}
