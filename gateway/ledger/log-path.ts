import { parseTilePath } from "../../shared/ledger/tiles.ts";
import type { LogQuestion } from "../../shared/ledger-store/log-question.ts";
import { LOG_LIMITS } from "./limits.ts";

/** What a path below `/log/` asks, of which log. */
export interface AskedLog {
  origin: string;
  /** The last word of the origin: whose log it is. */
  service: string;
  question: LogQuestion;
}

const PREFIX = "/log/";

export function isLogPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** Reads `/log/<origin>/checkpoint`, `…/keys`, `…/tile/0/x001/067`, `…/tile/entries/…`; else null. */
export function readLogPath(path: string): AskedLog | null {
  if (path.length > LOG_LIMITS.pathCharacters) return null;
  const [, origin = "", service = "", resource = ""] =
    /^\/log\/((?:[^/?#%\s+]+\/)+?([a-z-]+))\/(checkpoint|keys|tile\/.+)$/.exec(path) ?? [];
  const question = questionOf(resource);
  return question && { origin, service, question };
}

function questionOf(resource: string): LogQuestion | null {
  if (resource === "checkpoint" || resource === "keys") return { kind: resource };
  const name = parseTilePath(resource);
  if (!name) return null;
  const { level, n, width } = name;
  return level === "entries" ? { kind: "entries", n, width } : { kind: "tile", level, n, width };
}
