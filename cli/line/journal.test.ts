import { spawnSync } from "node:child_process";
import {
  appendFile,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Journal, type NewScan } from "./journal.ts";
import { encodeLine, type JournalHead, type JournalVerdict } from "./journal-record.ts";
import { judgedScans, refusedScans } from "./judged-scans.ts";

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-journal-"));
});
afterAll(() => rm(folder, { recursive: true }));

const place = () => join(folder, `${++files}.journal`);

function scans(...serialNumbers: string[]): NewScan[] {
  return serialNumbers.map((serialNumber) => {
    return { scannedAt: "2026-01-31T08:00:00.000Z", record: { serialNumber, site: "Köln" } };
  });
}

function verdict(sequence: number, more: Partial<JournalVerdict> = {}): JournalVerdict {
  const nothing = { revision: null, code: null, message: null, field: null };
  const receivedAt = "2026-01-31T08:00:01.000000Z";
  const outcome = "RECORDED";
  return { kind: "verdict", sequence, outcome, arrival: "FIRST", ...nothing, receivedAt, ...more };
}

/** Opens a journal for a moment. */
async function withJournal<T>(path: string, work: (journal: Journal) => Promise<T>): Promise<T> {
  const journal = await Journal.open(path, "eol-3");
  return work(journal).finally(() => journal.close());
}

async function pendingNumbers(journal: Journal, most = 500): Promise<number[]> {
  return (await journal.pending(most)).scans.map(({ sequence }) => sequence);
}

describe("a journal", () => {
  test("numbers scans without gaps, also after it was closed", async () => {
    const path = place();
    const first = await withJournal(path, async (journal) => {
      expect((await journal.keep(scans("A", "B"))).map(({ sequence }) => sequence)).toEqual([1, 2]);
      return journal.head.journal;
    });
    await withJournal(path, async (journal) => {
      expect(journal.head).toMatchObject({ station: "eol-3", journal: first });
      const [third] = await journal.keep(scans("C"));
      expect(third).toMatchObject({ sequence: 3, record: { serialNumber: "C", site: "Köln" } });
      expect(await pendingNumbers(journal)).toEqual([1, 2, 3]);
    });
  });

  test("gives what is not judged, in order, and forgets nothing of it", async () => {
    const path = place();
    await withJournal(path, async (journal) => {
      await journal.keep(scans("A", "B", "C"));
      const { scans: two, next } = await journal.pending(2);
      expect(two.map(({ sequence }) => sequence)).toEqual([1, 2]);
      await journal.settle([verdict(1), verdict(2)], next);
      await journal.keep(scans("D"));
      expect(await pendingNumbers(journal)).toEqual([3, 4]);
      expect(journal.pendingCount).toBe(2);
    });
    await withJournal(path, async (journal) => {
      expect(await pendingNumbers(journal)).toEqual([3, 4]);
      const { next } = await journal.pending(500);
      await journal.settle([verdict(3), verdict(4)], next);
      expect(await pendingNumbers(journal)).toEqual([]);
    });
  });

  test("keeps what many ask for at once, each under its own number", async () => {
    await withJournal(place(), async (journal) => {
      const asked = Array.from({ length: 50 }, (_, index) => journal.keep(scans(`S-${index}`)));
      const numbers = (await Promise.all(asked)).map(([scan]) => scan?.sequence);
      expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    });
  });

  test("is one process's at a time, and free once it is closed", async () => {
    const path = place();
    await withJournal(path, async () => {
      const second = Journal.open(path, "eol-3");
      await expect(second).rejects.toMatchObject({ code: "JOURNAL_IN_USE" });
    });
    await withJournal(path, async (journal) => expect(journal.lastSequence).toBe(0));
  });

  test("takes no scan that it could not read again, and then none beside it", async () => {
    const path = place();
    const long = (characters: number): NewScan => {
      const [scan] = scans("LONG");
      return {
        ...scan,
        record: { serialNumber: "LONG", lotCode: "x".repeat(characters) },
      } as NewScan;
    };
    await withJournal(path, async (journal) => {
      const refused = journal.keep([...scans("A"), long(1_048_500)]);
      await expect(refused).rejects.toMatchObject({ code: "FIELD_TOO_LARGE" });
      expect(await journal.keep([long(1_048_000), ...scans("B")])).toHaveLength(2);
    });
    await withJournal(path, async (journal) => {
      expect([journal.lastSequence, journal.tornBytes]).toEqual([2, 0]);
      expect(await pendingNumbers(journal)).toEqual([1, 2]);
    });
  });

  test("that cannot give what is pending says so, and is not asked for ever", async () => {
    const path = place();
    await withJournal(path, async (journal) => {
      await journal.keep(scans("A"));
      const bytes = await readFile(path);
      bytes[bytes.length - 10] = 0x58;
      await writeFile(path, bytes);
      await expect(journal.pending(500)).rejects.toMatchObject({ code: "JOURNAL_BROKEN" });
    });
  });

  test("that somebody else has written to takes nothing more, and leaves what is there", async () => {
    const path = place();
    await withJournal(path, async (journal) => {
      await journal.keep(scans("A"));
      const other = await readFile(path);
      await appendFile(path, other.subarray(0, 40));
      const kept = journal.keep(scans("B"));
      await expect(kept).rejects.toMatchObject({ code: "JOURNAL_IN_USE" });
      expect(await readFile(path)).toEqual(Buffer.concat([other, other.subarray(0, 40)]));
    });
  });

  test("leaves no lock behind, and minds none of a station that was killed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tracegraph-locked-"));
    const path = join(folder, "one.journal");
    const locks = async () => (await readdir(folder)).filter((name) => name.endsWith(".lock"));
    try {
      await withJournal(path, async () => expect(await locks()).toHaveLength(1));
      expect(await locks()).toEqual([]);
      const { ino } = await stat(path);
      const killed = `require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, 9))`;
      spawnSync(process.execPath, ["-e", killed, join(folder, `.${ino}.lock`)]);
      expect(await locks()).toHaveLength(1);
      await withJournal(path, async (journal) => expect(journal.lastSequence).toBe(0));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("is not opened as another station's", async () => {
    const path = place();
    await withJournal(path, (journal) => journal.keep(scans("A")));
    await expect(Journal.open(path, "eol-4")).rejects.toMatchObject({ code: "USAGE" });
  });

  test("tells its scans with their verdicts, and which refused ones nobody has made again", async () => {
    await withJournal(place(), async (journal) => {
      await journal.keep(scans("A", "B", "C"));
      const refused = { outcome: "REFUSED", code: "UNKNOWN_FIELD" } as const;
      const { next } = await journal.pending(3);
      await journal.settle([verdict(1, refused), verdict(2), verdict(3, refused)], next);
      const [again] = scans("A");
      await journal.keep([{ ...(again as NewScan), retryOf: 1 }]);
      const told: string[] = [];
      for await (const { scan, verdict: said } of judgedScans(() => journal.records())) {
        told.push(`${scan.sequence} ${said?.outcome ?? "–"}`);
      }
      expect(told).toEqual(["1 REFUSED", "2 RECORDED", "3 REFUSED", "4 –"]);
      const left = await refusedScans(judgedScans(() => journal.records()));
      expect(left.map(({ sequence }) => sequence)).toEqual([3]);
    });
  });
});

describe("a write that was broken off", () => {
  test("is cut off wherever it ended, and its number is given again", async () => {
    const whole = place();
    await withJournal(whole, (journal) => journal.keep(scans("A", "B")));
    const { size: before } = await stat(whole);
    await withJournal(whole, (journal) => journal.keep(scans("C")));
    const { size } = await stat(whole);
    expect(size - before).toBeGreaterThan(100);
    for (let end = before; end < size; end += 1) {
      const path = place();
      await cp(whole, path);
      await truncate(path, end);
      await withJournal(path, async (journal) => {
        expect([journal.tornBytes, journal.lastSequence]).toEqual([end - before, 2]);
        const [next] = await journal.keep(scans("D"));
        expect(next?.sequence).toBe(3);
      });
      await withJournal(path, async (journal) => expect(journal.lastSequence).toBe(3));
    }
  });

  test("may have left blanks, or a later part without an earlier one", async () => {
    const whole = place();
    await withJournal(whole, (journal) => journal.keep(scans("A")));
    const { size: before } = await stat(whole);
    await appendFile(whole, Buffer.alloc(200_000));
    await withJournal(whole, async (journal) => {
      expect([journal.tornBytes, journal.lastSequence]).toEqual([200_000, 1]);
      await journal.keep(scans("B", "C"));
    });
    const bytes = await readFile(whole);
    bytes[before + 40] = 0;
    await writeFile(whole, bytes);
    await withJournal(whole, async (journal) => expect(journal.lastSequence).toBe(1));
  });

  test("of a new journal leaves none", async () => {
    const path = place();
    await writeFile(path, '130 0a0b0c0d 0 {"kind":"jour');
    await withJournal(path, async (journal) => {
      expect(await journal.keep(scans("A"))).toMatchObject([{ sequence: 1 }]);
    });
  });
});

test("damage to what had been on the disk is not taken for a write that was broken off", async () => {
  const path = place();
  await withJournal(path, async (journal) => {
    await journal.keep(scans("A"));
    await journal.keep(scans("B"));
  });
  const whole = await readFile(path);
  const at = whole.indexOf('"serialNumber":"A"');
  for (const place of [at + 16, 30]) {
    const bytes = Buffer.from(whole);
    bytes[place] = 0x58;
    await writeFile(path, bytes);
    await expect(Journal.open(path, "eol-3")).rejects.toMatchObject({ code: "JOURNAL_BROKEN" });
  }
  await writeFile(path, whole);
  await withJournal(path, async (journal) => expect(journal.lastSequence).toBe(2));
});

/** As `tracegraph line` wrote them first. */
const FIRST_JOURNAL = [
  '146 d5fc9644 0 {"kind":"journal","format":1,"journal":"5690e9b7ca148a4e351ae4b35560e788","station":"eol-3","firstSequence":1,"madeAt":"2026-11-21T11:27:55.496Z"}',
  '121 f79b9d3e 162 {"kind":"scan","sequence":1,"scannedAt":"2026-11-21T11:27:55.501Z","record":{"phase":"TESTING","serialNumber":"SN-0001"}}',
  '121 4f883024 162 {"kind":"scan","sequence":2,"scannedAt":"2026-11-21T11:27:55.501Z","record":{"phase":"TESTING","serialNumber":"SN-0002"}}',
  '166 a5bc6dc9 440 {"kind":"verdict","sequence":1,"arrival":"FIRST","outcome":"RECORDED","revision":1,"code":null,"message":null,"field":null,"receivedAt":"2026-11-21T11:27:55.637885Z"}',
  '166 affd0096 440 {"kind":"verdict","sequence":2,"arrival":"FIRST","outcome":"RECORDED","revision":1,"code":null,"message":null,"field":null,"receivedAt":"2026-11-21T11:27:55.637885Z"}',
];

test("a journal that an earlier release has written is read, and goes on", async () => {
  const path = place();
  await writeFile(path, FIRST_JOURNAL.map((line) => `${line}\n`).join(""));
  await withJournal(path, async (journal) => {
    expect(journal.head.journal).toBe("5690e9b7ca148a4e351ae4b35560e788");
    expect([journal.lastSequence, journal.pendingCount, journal.tornBytes]).toEqual([2, 0, 0]);
    expect(await journal.keep(scans("C"))).toMatchObject([{ sequence: 3 }]);
  });
});

test("a journal of a format that is not known is left alone", async () => {
  const path = place();
  const record = { kind: "journal", format: 2, journal: "x", station: "eol-3", firstSequence: 1 };
  // A head that this release can neither write nor name.
  const line = encodeLine({ record: record as unknown as JournalHead, durableBytes: 0 });
  await writeFile(path, line);
  await expect(Journal.open(path, "eol-3")).rejects.toMatchObject({ code: "WRONG_FORMAT" });
  expect(await readFile(path)).toEqual(line);
});
