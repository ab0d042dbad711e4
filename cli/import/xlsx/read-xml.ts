import { SaxesParser } from "saxes";
import { fileError } from "../../cli-error.ts";
import { XLSX_LIMITS } from "./limits.ts";
import { brokenWorkbook } from "./zip-parts.ts";

/** What hears of the tags and texts of a part. Names come without their prefix. */
export interface XmlReader<Item> {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
  /** What was found since the last time. */
  take(): readonly Item[];
}

/**
 * Reads XML piece by piece. A declaration of a document type, in which an attacker could define
 * what never ends, is refused, and so is a text between two tags that is longer than any cell.
 */
export async function* readXml<Item>(
  text: AsyncIterable<string>,
  reader: XmlReader<Item>,
): AsyncGenerator<Item> {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({
    xmlns: false,
    position: false,
  });
  let quiet = 0;
  parser.on("doctype", () => {
    throw fileError("WRONG_FORMAT", "a part of the workbook declares a document type");
  });
  parser.on("opentag", ({ name, attributes }) => {
    quiet = 0;
    reader.open(localName(name), attributes);
  });
  parser.on("text", (inner) => reader.text(inner));
  parser.on("cdata", (inner) => reader.text(inner));
  parser.on("closetag", ({ name }) => {
    quiet = 0;
    reader.close(localName(name));
  });
  for await (const piece of text) {
    quiet += piece.length;
    feed(() => parser.write(piece));
    if (quiet > XLSX_LIMITS.quietCharacters) {
      const most = `more than ${XLSX_LIMITS.quietCharacters} characters`;
      throw fileError("FILE_TOO_LARGE", `${most} stand between two tags of the workbook`);
    }
    yield* reader.take();
  }
  feed(() => parser.close());
  yield* reader.take();
}

function feed(parse: () => void): void {
  try {
    parse();
  } catch (error) {
    throw brokenWorkbook(error);
  }
}

function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}
