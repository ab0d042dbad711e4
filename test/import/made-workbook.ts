import { open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import yazl from "yazl";
import { Workbook } from "../../cli/import/xlsx/workbook.ts";

/** A cell as its sheet's XML has it, without its place. */
export type MadeCell = string | null;

/** What a workbook is made of; what is left out is as spreadsheets write it. */
export interface MadeWorkbook {
  /** Sheets by name, each with its rows. */
  sheets: Readonly<Record<string, readonly (readonly MadeCell[])[]>>;
  hidden?: readonly string[];
  /** The XML of each shared text, within `<si>`. */
  shared?: readonly string[];
  /** Format codes; style 1 is the first of them. */
  formats?: readonly string[];
  is1904?: boolean;
  /** Parts in place of those that are made, or none of it where null. */
  parts?: Readonly<Record<string, string | Buffer | null>>;
}

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships";

/** Cells of the types that sheets have. */
export const cell = {
  shared: (index: number) => `t="s"><v>${index}</v>`,
  inline: (text: string) => `t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is>`,
  number: (text: string | number, style = 0) => `s="${style}"><v>${text}</v>`,
  boolean: (value: boolean) => `t="b"><v>${value ? 1 : 0}</v>`,
  formula: (text: string) => `t="str"><f>A1</f><v>${escaped(text)}</v>`,
  error: (text: string) => `t="e"><v>${text}</v>`,
  styled: (style: number) => `s="${style}">`,
};

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** The bytes of an .xlsx file. */
export async function workbookBytes(made: MadeWorkbook): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [path, content] of Object.entries({ ...partsOf(made), ...made.parts })) {
    if (content !== null) zip.addBuffer(Buffer.from(content), path);
  }
  zip.end();
  return buffer(zip.outputStream);
}

function partsOf({ sheets, shared, formats, hidden = [], is1904 = false }: MadeWorkbook) {
  const names = Object.keys(sheets);
  const relations = [
    ...names.map((_, index) =>
      relation(`rId${index + 1}`, "worksheet", `worksheets/sheet${index + 1}.xml`),
    ),
    relation("rIdS", "styles", "styles.xml"),
    relation("rIdT", "sharedStrings", "sharedStrings.xml"),
  ];
  const listed = names.map((name, index) => {
    const state = hidden.includes(name) ? ' state="hidden"' : "";
    return `<sheet name="${name}" sheetId="${index + 1}"${state} r:id="rId${index + 1}"/>`;
  });
  const parts: Record<string, string> = {
    "_rels/.rels": relationships([relation("rId1", "officeDocument", "/xl/workbook.xml")]),
    "xl/workbook.xml": `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr date1904="${is1904 ? 1 : 0}"/><sheets>${listed.join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relationships(relations),
  };
  if (shared) {
    const texts = shared.map((text) => `<si>${text}</si>`).join("");
    parts["xl/sharedStrings.xml"] = `<sst xmlns="${MAIN}">${texts}</sst>`;
  }
  if (formats) {
    const numbers = formats.map(
      (code, index) =>
        `<numFmt numFmtId="${200 + index}" formatCode="${code.replaceAll('"', "&quot;")}"/>`,
    );
    const cells = formats.map((_, index) => `<xf numFmtId="${200 + index}"/>`);
    parts["xl/styles.xml"] =
      `<styleSheet xmlns="${MAIN}"><numFmts>${numbers.join("")}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${cells.join("")}</cellXfs></styleSheet>`;
  }
  names.forEach((name, index) => {
    parts[`xl/worksheets/sheet${index + 1}.xml`] = sheetXml(sheets[name] ?? []);
  });
  return parts;
}

/** The XML of a sheet. */
export function sheetXml(rows: readonly (readonly MadeCell[])[]): string {
  const xml = rows.map((cells, index) => {
    const line = index + 1;
    const told = cells.map((content, column) =>
      content === null ? "" : `<c r="${String.fromCharCode(65 + column)}${line}" ${content}</c>`,
    );
    return `<row r="${line}">${told.join("")}</row>`;
  });
  return `<?xml version="1.0"?><worksheet xmlns="${MAIN}"><dimension ref="A1"/><sheetData>${xml.join("")}</sheetData></worksheet>`;
}

function relation(id: string, type: string, target: string): string {
  return `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
}

function relationships(relations: readonly string[]): string {
  return `<Relationships xmlns="${PACKAGE}">${relations.join("")}</Relationships>`;
}

/** One row as it is read: its line, its cells, or the code and reason of its defect. */
export type ReadRow = [line: number, cells: object | string];

/** Reads a workbook as an import does. */
export async function readWorkbook(bytes: Buffer, sheet?: string): Promise<ReadRow[]> {
  const path = join(tmpdir(), `tracegraph-made-${process.pid}-${Math.random()}.xlsx`);
  const handle = await open(path, "wx+");
  await unlink(path);
  try {
    await handle.writeFile(bytes);
    const workbook = await Workbook.open(handle, sheet);
    try {
      const rows: ReadRow[] = [];
      for await (const { line, cells, defect } of workbook.rows()) {
        rows.push([
          line,
          defect ? `${defect.field} ${defect.code}: ${defect.reason}` : Object.fromEntries(cells),
        ]);
      }
      return rows;
    } finally {
      workbook.close();
    }
  } finally {
    await handle.close();
  }
}
