import { fileError } from "../../cli-error.ts";
import { XLSX_LIMITS } from "./limits.ts";
import { readXml, type XmlReader } from "./read-xml.ts";
import type { ZipParts } from "./zip-parts.ts";

/** A sheet of cells, and where it lies in the archive. */
export interface SheetPart {
  name: string;
  path: string;
  isVisible: boolean;
}

/** What a workbook says of its sheets and of what they share. */
export interface WorkbookParts {
  sheets: readonly SheetPart[];
  /** Whether its days count from 1904. */
  is1904: boolean;
  stringsPath: string | null;
  stylesPath: string | null;
}

interface Relationship {
  id: string;
  /** The last word of its type: `worksheet`, `styles`, `sharedStrings`. */
  type: string;
  path: string;
}

/** Follows the relationships from the archive's root to its sheets. */
export async function readWorkbookParts(zip: ZipParts): Promise<WorkbookParts> {
  const roots = await relationshipsOf(zip, "");
  const path = roots.find(({ type }) => type === "officeDocument")?.path ?? "xl/workbook.xml";
  if (path.endsWith(".bin")) {
    throw fileError("WRONG_FORMAT", "the file is a binary Excel workbook (.xlsb)");
  }
  if (!zip.has(path)) throw fileError("WRONG_FORMAT", `the file is ${whatItIs(zip)}`);
  const related = await relationshipsOf(zip, path);
  const named: NamedSheet[] = [];
  const reader = new WorkbookReader();
  const text = zip.text(path, { mostBytes: XLSX_LIMITS.descriptionBytes });
  for await (const sheet of readXml(text, reader)) {
    if (named.length < XLSX_LIMITS.sheets) named.push(sheet);
  }
  const pathOf = (type: string) => related.find((one) => one.type === type)?.path ?? null;
  return {
    sheets: named.flatMap(({ id, name, isVisible }) => {
      const part = related.find((one) => one.id === id && one.type === "worksheet");
      return part ? [{ name, path: part.path, isVisible }] : [];
    }),
    is1904: reader.is1904,
    stringsPath: pathOf("sharedStrings"),
    stylesPath: pathOf("styles"),
  };
}

function whatItIs(zip: ZipParts): string {
  if (zip.has("word/document.xml")) return "a Word document";
  if (zip.has("content.xml")) return "an OpenDocument file; save it as .xlsx or CSV (UTF-8)";
  return "a ZIP archive and no Excel workbook; unpack it first";
}

async function relationshipsOf(zip: ZipParts, path: string): Promise<Relationship[]> {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const file = `${folder}_rels/${path.slice(folder.length)}.rels`;
  if (!zip.has(file)) return [];
  const found: Relationship[] = [];
  const text = zip.text(file, { mostBytes: XLSX_LIMITS.descriptionBytes });
  for await (const one of readXml(text, new RelationshipReader(folder))) {
    if (found.length < XLSX_LIMITS.entries) found.push(one);
  }
  return found;
}

class RelationshipReader implements XmlReader<Relationship> {
  #found: Relationship[] = [];

  constructor(private readonly folder: string) {}

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const { Id: id = "", Type: type = "", Target: target = "" } = attributes;
    // What lies outside the archive is never fetched.
    if (name !== "Relationship" || attributes.TargetMode === "External") return;
    const path = resolve(this.folder, target);
    this.#found.push({ id, type: type.slice(type.lastIndexOf("/") + 1), path });
  }

  text(): void {}
  close(): void {}

  take(): readonly Relationship[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }
}

interface NamedSheet {
  id: string;
  name: string;
  isVisible: boolean;
}

class WorkbookReader implements XmlReader<NamedSheet> {
  is1904 = false;
  #found: NamedSheet[] = [];

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === "workbookPr") this.is1904 = /^(1|true|on)$/.test(attributes.date1904 ?? "");
    if (name !== "sheet") return;
    // The relationship's id stands in another namespace, mostly under the prefix r.
    const [, id = ""] = Object.entries(attributes).find(([key]) => key.endsWith(":id")) ?? [];
    const isVisible = (attributes.state ?? "visible") === "visible";
    this.#found.push({ id, name: attributes.name ?? "", isVisible });
  }

  text(): void {}
  close(): void {}

  take(): readonly NamedSheet[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }
}

/** `../sharedStrings.xml` from `xl/worksheets/`; a leading slash begins at the archive's root. */
function resolve(folder: string, target: string): string {
  const steps = target.startsWith("/") ? target.split("/") : `${folder}${target}`.split("/");
  const path: string[] = [];
  for (const step of steps) {
    if (step === "..") path.pop();
    else if (step !== "" && step !== ".") path.push(step);
  }
  return path.join("/");
}
