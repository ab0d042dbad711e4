import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../support/running-system.ts";
import { type Cell, type Notebook, type Output, textOf } from "./notebook.ts";

export const PAGE = join(ROOT, "docs/notebooks.md");
const PICTURES = "notebooks";
const BEGIN = "<!-- the executed notebook: `npm run docs:notebook` writes it -->\n";
const END = "<!-- the end of the executed notebook -->\n";

/** Puts an executed notebook into its page, with its plots beside it. */
export async function writePage(executed: Notebook): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  const [before, rest = ""] = page.split(BEGIN);
  const [, after] = rest.split(END);
  if (after === undefined) throw new Error(`${PAGE} does not say where the notebook belongs`);
  const pictures: string[] = [];
  const parts = executed.cells.flatMap((cell) => [
    sourceOf(cell),
    ...(cell.outputs ?? []).map((output) => outputOf(output, pictures)),
  ]);
  await mkdir(join(ROOT, "docs", PICTURES), { recursive: true });
  for (const [index, picture] of pictures.entries()) {
    await writeFile(join(ROOT, "docs", pictureName(index)), Buffer.from(picture, "base64"));
  }
  await writeFile(PAGE, `${before}${BEGIN}\n${parts.join("\n")}\n${END}${after}`);
}

/** Cells whose present text is not on the page. */
export async function cellsNotOnPage({ cells }: Notebook): Promise<string[]> {
  const page = await readFile(PAGE, "utf8");
  return cells.map(sourceOf).filter((source) => !page.includes(source));
}

/** The page has a title of its own: headings are one level lower there. */
function sourceOf({ cell_type: type, source }: Cell): string {
  const text = textOf(source);
  return type === "code" ? fenced("python", text) : `${text.replace(/^#/gm, "##")}\n`;
}

function outputOf({ text, data = {} }: Output, pictures: string[]): string {
  const picture = data["image/png"];
  if (picture === undefined) return fenced("text", textOf(text ?? data["text/plain"]));
  pictures.push(textOf(picture));
  return `![plot ${pictures.length}](${pictureName(pictures.length - 1)})\n`;
}

function pictureName(index: number): string {
  return `${PICTURES}/recall-${index + 1}.png`;
}

function fenced(language: string, text: string): string {
  const lines = text.trimEnd().split("\n");
  return `\`\`\`${language}\n${lines.map((line) => line.trimEnd()).join("\n")}\n\`\`\`\n`;
}
