import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";

const TAKE = statement(
  "id_block_take",
  `INSERT INTO id_block AS b (tenant, name, next_id) VALUES ($1, $2, 1 + $3)
   ON CONFLICT (tenant, name) DO UPDATE SET next_id = b.next_id + $3
   RETURNING next_id - $3 AS first`,
);

/** What has ids of its own. */
export type IdKind = "owner" | "ownership" | "erasure";

interface Block {
  next: number;
  end: number;
  filling: Promise<void> | null;
}

/** Gives out ids, taken from the database in blocks. One for the whole process. */
export class IdBlocks {
  private readonly blocks = new Map<string, Block>();

  /** The next id. Never call it within a transaction: it asks on a connection of its own. */
  async next(sql: Sql, tenant: string, name: IdKind): Promise<number> {
    const key = `${tenant}/${name}`;
    const block = this.blocks.get(key) ?? { next: 0, end: 0, filling: null };
    this.blocks.set(key, block);
    while (block.next >= block.end) {
      block.filling ??= fill(block, sql, tenant, name);
      await block.filling;
    }
    return block.next++;
  }
}

async function fill(block: Block, sql: Sql, tenant: string, name: string): Promise<void> {
  try {
    const [row] = await sql.rows<{ first: number }>(TAKE, [tenant, name, LIMITS.idBlock]);
    if (!row) throw new Error("no block of ids");
    block.next = row.first;
    block.end = row.first + LIMITS.idBlock;
  } finally {
    block.filling = null;
  }
}
