import { crc32 } from "node:zlib";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { CliError, fileError } from "../../cli-error.ts";
import { XLSX_LIMITS } from "./limits.ts";

/** Where a part stands in what it will be when it is unpacked. */
export type OnUnpacked = (fraction: number) => void;

/** The files within a ZIP archive, each read as a stream as often as needed. */
export class ZipParts {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** Reads the archive's list of files; the descriptor stays open, and is its opener's to close. */
  static async open(fd: number): Promise<ZipParts> {
    try {
      const zip = await yauzl.fromFdPromise(fd, { autoClose: false, lazyEntries: true });
      if (zip.entryCount > XLSX_LIMITS.entries) {
        const most = `more than ${XLSX_LIMITS.entries}`;
        throw fileError("FILE_TOO_LARGE", `the archive has ${zip.entryCount} files, ${most}`);
      }
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        entries.set(pathOf(entry.fileName), entry);
      }
      return new ZipParts(zip, entries);
    } catch (error) {
      throw brokenWorkbook(error);
    }
  }

  has(path: string): boolean {
    return this.#entries.has(pathOf(path));
  }

  unpackedBytes(path: string): number {
    return this.#entries.get(pathOf(path))?.uncompressedSize ?? 0;
  }

  /** The text of a file, which is UTF-8 or UTF-16 as its byte order mark says. */
  async *text(
    path: string,
    { mostBytes, onUnpacked }: { mostBytes: number; onUnpacked?: OnUnpacked },
  ): AsyncGenerator<string> {
    const entry = this.#entries.get(pathOf(path));
    if (!entry) throw brokenWorkbook(new Error(`${path} is missing`));
    assertNoBomb(entry, mostBytes);
    let decoder: TextDecoder | null = null;
    let bytes = 0;
    let checksum = 0;
    try {
      for await (const chunk of await this.#zip.openReadStreamPromise(entry)) {
        const piece = chunk as Buffer;
        decoder ??= decoderOf(piece);
        bytes += piece.length;
        checksum = crc32(piece, checksum);
        onUnpacked?.(bytes / Math.max(1, entry.uncompressedSize));
        yield decoder.decode(piece, { stream: true });
      }
      yield (decoder ?? new TextDecoder()).decode();
    } catch (error) {
      throw brokenWorkbook(error);
    }
    if (checksum === entry.crc32) return;
    throw brokenWorkbook(new Error(`${path} is not what its checksum says`));
  }
}

/** A workbook that cannot be read to its end; the library's own words say where. */
export function brokenWorkbook(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const [reason = "unknown"] = (error instanceof Error ? error.message : String(error)).split("\n");
  return fileError("BROKEN_WORKBOOK", `the workbook is damaged: ${reason.slice(0, 200)}`);
}

/** Paths of parts are compared without their letter case and their leading slash. */
function pathOf(name: string): string {
  return name.replace(/^\/+/, "").toLowerCase();
}

function assertNoBomb(entry: Entry, mostBytes: number): void {
  const { fileName, compressedSize, uncompressedSize } = entry;
  if (entry.isEncrypted()) {
    throw fileError("WRONG_FORMAT", "the workbook is protected by a password");
  }
  const mebibytes = Math.round(uncompressedSize / 1_048_576);
  if (uncompressedSize > mostBytes) {
    throw fileError("FILE_TOO_LARGE", `${fileName} unpacks to ${mebibytes} MiB`);
  }
  const { freelyUnpackedBytes, unpackedTimes } = XLSX_LIMITS;
  if (uncompressedSize <= freelyUnpackedBytes) return;
  const times = Math.round(uncompressedSize / Math.max(1, compressedSize));
  if (times <= unpackedTimes) return;
  const reason = `${fileName} unpacks to ${mebibytes} MiB, ${times} times its size: no table does`;
  throw fileError("FILE_TOO_LARGE", reason);
}

function decoderOf(start: Buffer): TextDecoder {
  const isLittleEndian = start[0] === 0xff && start[1] === 0xfe;
  // Strict, so that broken bytes are never taken for other letters.
  return new TextDecoder(isLittleEndian ? "utf-16le" : "utf-8", { fatal: true });
}
