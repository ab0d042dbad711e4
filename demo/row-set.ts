import type { BulkLoad, BulkTable } from "./bulk-load.store.ts";
import { CopyText } from "./copy-text.ts";

/** The rows of several tables that are loaded together. */
export abstract class RowSet<Name extends string> {
  protected readonly texts: Readonly<Record<Name, CopyText>>;

  protected constructor(private readonly tables: Readonly<Record<Name, BulkTable>>) {
    const texts = this.names.map((name) => [name, new CopyText(tables[name].columns)]);
    this.texts = Object.fromEntries(texts) as Record<Name, CopyText>;
  }

  /** Sends what was added to the tables of this load; what is added meanwhile waits for the next time. */
  async flush(load: BulkLoad): Promise<void> {
    const due = this.names
      .filter((name) => load.tables.includes(this.tables[name]))
      .map((name) => ({ table: this.tables[name], text: this.texts[name].take() }));
    for (const { table, text } of due) await load.add(table, text);
  }

  /** Rows so far, by table. */
  get counts(): Record<Name, number> {
    const counts = this.names.map((name) => [name, this.texts[name].rows]);
    return Object.fromEntries(counts) as Record<Name, number>;
  }

  private get names(): Name[] {
    return Object.keys(this.tables) as Name[];
  }
}
