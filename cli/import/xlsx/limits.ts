/** How much of a workbook is read. What a workbook unpacks to is never trusted. */
export const XLSX_LIMITS = {
  /** Files within the archive. */
  entries: 10_000,
  /** A part that describes the workbook, unpacked: its sheets, or its styles. */
  descriptionBytes: 16_777_216,
  /** The shared texts, unpacked; they wait on disk. */
  sharedStringBytes: 2_147_483_648,
  /** One sheet, unpacked; it is read as a stream. */
  sheetBytes: 8_589_934_592,
  /** Up to this size a part may unpack to whatever it likes. */
  freelyUnpackedBytes: 16_777_216,
  /** Beyond it: to so many times its packed size. Sheets of real data reach 30. */
  unpackedTimes: 200,
  /** Characters between two tags. */
  quietCharacters: 2_097_152,
  /** A number as it is written; the longest that a spreadsheet computes with have 309 digits. */
  numberCharacters: 400,
  /** Excel's own limit of a number format. */
  formatCharacters: 255,
  sheets: 1_000,
  styles: 65_536,
  /** Excel's own last column is XFD. */
  columns: 16_384,
} as const;
