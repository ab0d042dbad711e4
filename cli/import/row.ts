import type { ErrorCode } from "../../shared/domain-error.ts";
import type { CliCode } from "../cli-error.ts";

/** Why a row is refused. The reason holds the values that it is about, never a secret. */
export interface Refusal {
  code: CliCode | ErrorCode;
  reason: string;
  /** The field or column that is at fault, where one is. */
  field: string | null;
}

/** One row of a file as read: what stands in which column, or why it cannot be read. */
export interface FileRow {
  /** Counts from 1, in the file as an editor shows it; of several lines the first. */
  line: number;
  /** By column name as the file spells it. Cells of CSV are text; JSON brings its own types. */
  cells: ReadonlyMap<string, unknown>;
  /** The cells as the file has them, where a mapping made others of them. */
  original?: ReadonlyMap<string, unknown>;
  defect: Refusal | null;
}

/** The limits of what is read from a file. */
export const INPUT_LIMITS = {
  cellCharacters: 65_536,
  columns: 500,
  /** One row of JSON as text. */
  rowCharacters: 1_048_576,
  /** A Catena-X container is read whole: its relations refer to twins anywhere in the file. */
  catenaXBytes: 268_435_456,
} as const;
