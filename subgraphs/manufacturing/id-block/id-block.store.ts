import { type Sql, statement } from "../../../shared/postgres/database.ts";

const TAKE = statement(
  "take_id_block",
  `UPDATE id_block SET next = next + $2::bigint WHERE name = $1 RETURNING next - $2::bigint AS first`,
);

/** Large, because each block costs a durable commit; lost ids cost nothing. */
const IDS_PER_BLOCK = 10_000;

/** Gives out ids in blocks, so that no statement waits for another one's number. One a process. */
export class IdBlocks {
  private next = 0;
  private end = 0;

  constructor(private readonly name: string) {}

  /**
   * Sets `count` ids aside and answers the first; the others follow it. Takes a block in a
   * statement of its own: call it before a transaction begins, not within. Unused ids are lost.
   */
  async reserve(sql: Sql, count: number): Promise<number> {
    if (this.next + count > this.end) {
      const size = Math.max(count, IDS_PER_BLOCK);
      const [block] = await sql.rows<{ first: number }>(TAKE, [this.name, size]);
      if (!block) throw new Error(`there is no id block ${this.name}`);
      // Others may have taken blocks meanwhile; the last one is used up, the rest is lost.
      [this.next, this.end] = [block.first, block.first + size];
    }
    const first = this.next;
    this.next += count;
    return first;
  }
}

/** Gives `count` ids one by one, from the first. */
export function idsFrom(first: number, count: number): () => number {
  let given = 0;
  return () => {
    if (given >= count) throw new Error(`more than ${count} ids were asked for`);
    return first + given++;
  };
}
