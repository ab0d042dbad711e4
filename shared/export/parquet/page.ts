import { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
import { writePageHeader } from "hyparquet-writer/src/datapage.js";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";

/** A page of a column chunk as it stands in the file, and how large it is unpacked. */
export interface Page {
  bytes: Uint8Array;
  unpackedBytes: number;
}

/** A page of values; `levels` is the validity of its rows, a bit each. */
export function dataPage(
  values: Uint8Array,
  { rows, levels, isOfDictionary }: { rows: number; levels: Uint8Array; isOfDictionary: boolean },
): Page {
  const levelsHead = varint((Math.ceil(rows / 8) << 1) | 1);
  const levelBytes = levelsHead.length + levels.length;
  const plain = Buffer.allocUnsafe(4 + levelBytes + values.length);
  plain.writeUInt32LE(levelBytes, 0);
  plain.set(levelsHead, 4);
  plain.set(levels, 4 + levelsHead.length);
  plain.set(values, 4 + levelBytes);
  return page(plain, {
    type: "DATA_PAGE",
    data_page_header: {
      num_values: rows,
      encoding: isOfDictionary ? "RLE_DICTIONARY" : "PLAIN",
      definition_level_encoding: "RLE",
      repetition_level_encoding: "RLE",
    },
  });
}

/** The page of the distinct values that the other pages point to. */
export function dictionaryPage(values: Uint8Array, count: number): Page {
  return page(values, {
    type: "DICTIONARY_PAGE",
    dictionary_page_header: { num_values: count, encoding: "PLAIN" },
  });
}

type Header = Omit<
  Parameters<typeof writePageHeader>[1],
  "uncompressed_page_size" | "compressed_page_size"
>;

function page(plain: Uint8Array, header: Header): Page {
  const packed = snappyCompress(plain);
  const writer = new ByteWriter(64);
  writePageHeader(writer, {
    ...header,
    uncompressed_page_size: plain.length,
    compressed_page_size: packed.length,
  });
  const head = writer.getBytes();
  const bytes = Buffer.concat([head, packed]);
  return { bytes, unpackedBytes: head.length + plain.length };
}

/** The numbers in so many bits each, the first one lowest, as one run. */
export function bitPacked(numbers: Int32Array, bits: number): Uint8Array {
  const groups = Math.ceil(numbers.length / 8);
  const head = varint((groups << 1) | 1);
  const packed = new Uint8Array(1 + head.length + groups * bits);
  packed[0] = bits;
  packed.set(head, 1);
  let at = 1 + head.length;
  let waiting = 0;
  let count = 0;
  for (let i = 0; i < numbers.length; i++) {
    waiting |= (numbers[i] as number) << count;
    count += bits;
    while (count >= 8) {
      packed[at++] = waiting & 0xff;
      waiting >>>= 8;
      count -= 8;
    }
  }
  if (count > 0) packed[at] = waiting & 0xff;
  return packed;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
  return Uint8Array.from(bytes);
}
