import type pg from "pg";
import {
  BLOCK,
  COMPONENTS_OF_A_LOT,
  INSTALLATIONS_OF_A_LOT,
  LINES,
  LOTS_OF_A_BLOCK,
  MOVED,
  MOVED_AT,
  PRODUCED_EVERY_MS,
  PRODUCED_FROM_MS,
  SUPPLIER_LOT,
  SUPPLIER_LOTS_OF_A_BLOCK,
} from "./planted.ts";

/** The devices of the numbers from `$1` to `$2`, with everything that their rows hold. */
const PLANTED = `SELECT numbered.*,
    'SN-' || lpad((n + 1)::text, 8, '0') AS serial_number,
    'CX-' || lpad((n + 1)::text, 8, '0') AS connhex_id,
    'PN-30' || (slot / 32) % 3 AS part_number,
    substr('ABCD', ((slot / 8) % 4)::int + 1, 1) AS hardware_revision,
    '1.' || slot % 8 || '.0' AS fw_version,
    in_block || lpad(place::text, 2, '0') AS lot_code,
    CASE WHEN slot % 10 <> ${MOVED} THEN in_block || lpad(place::text, 2, '0')
      WHEN block = 0 THEN in_block || '99'
      ELSE in_block || lpad(((place + ${LOTS_OF_A_BLOCK - 1}) % ${LOTS_OF_A_BLOCK})::text, 2, '0')
    END AS first_lot,
    'WO-' || lpad((n / 1000)::text, 6, '0') AS work_order,
    CASE WHEN slot % 50 = 49 THEN 'QUARANTINED' ELSE 'RELEASED' END AS disposition,
    'L' || n % ${LINES} + 1 AS line,
    'op-' || lpad((n / 5000 % 40)::text, 2, '0') AS operator,
    to_timestamp(${PRODUCED_FROM_MS / 1_000} + n * ${PRODUCED_EVERY_MS / 1_000}) AS produced_at,
    to_timestamp(${PRODUCED_FROM_MS / 1_000} + n * ${PRODUCED_EVERY_MS / 1_000} + 600) AS first_at,
    timestamptz '${MOVED_AT}' + n * interval '1 microsecond' AS moved_at
  FROM (SELECT n, block, slot, n + 1 AS device_id, slot % 10 = ${MOVED} AS is_moved,
      'LOT-' || lpad(block::text, 4, '0') || '-' AS in_block,
      CASE WHEN block = 0 OR slot < 50000 THEN 0
        WHEN slot < 75000 THEN 1 + (slot - 50000) / 5000
        ELSE 6 + (slot - 75000) / 500 END AS place
    FROM (SELECT n, n / ${BLOCK} AS block,
        n % ${LINES} * ${BLOCK / LINES} + n % ${BLOCK} / ${LINES} AS slot
      FROM generate_series($1::bigint, $2::bigint) AS n) placed) numbered`;

const RECORD = `serial_number, connhex_id, part_number, pcb_part_number, hardware_revision,
  fw_version, device_type, lot_code, work_order, phase, disposition, produced_at, site, line, operator`;
const recordWith = (lot: string) => `serial_number, connhex_id, part_number, 'PCB-7',
  hardware_revision, fw_version, 'METER', ${lot}, work_order, 'PACKAGING', disposition, produced_at,
  'BER', line, operator`;

const ALL_FIELDS = `'{serialNumber,connhexId,partNumber,pcbPartNumber,hardwareRevision,fwVersion,deviceType,lotCode,workOrder,phase,disposition,producedAt,site,line,operator}'::text[]`;

const revision = (number: 1 | 2) => {
  const [lot, at, reason, changed, where] =
    number === 1
      ? ["first_lot", "first_at", "NULL", ALL_FIELDS, "true"]
      : ["lot_code", "moved_at", "'moved to the next lot'", "'{lotCode}'::text[]", "is_moved"];
  return `INSERT INTO device_revision (tenant, device_id, revision, recorded_at, effective_at, actor,
      reason, changed, ${RECORD})
    SELECT $3, device_id, ${number}, ${at}, ${at}, 'mes', ${reason}, ${changed}, ${recordWith(lot)}
    FROM (${PLANTED}) planted WHERE ${where}`;
};

const identifier = (kind: string, column: string) =>
  `INSERT INTO device_identifier (tenant, kind, value, device_id)
   SELECT $3, '${kind}', ${column}, device_id FROM (${PLANTED}) planted`;

const group = (field: string, value: string, { revision: from, where }: GroupOf) =>
  `INSERT INTO device_group (tenant, field, value, device_id, from_revision)
   SELECT $3, '${field}', ${value}, device_id, ${from} FROM (${PLANTED}) planted WHERE ${where}`;

interface GroupOf {
  revision: number;
  where: string;
}

/** Each is given the first and the last number of a stretch of devices, and the tenant. */
const DEVICES = [
  `INSERT INTO device (tenant, device_id, revision, recorded_at, ${RECORD})
   SELECT $3, device_id, CASE WHEN is_moved THEN 2 ELSE 1 END,
     CASE WHEN is_moved THEN moved_at ELSE first_at END, ${recordWith("lot_code")}
   FROM (${PLANTED}) planted`,
  revision(1),
  revision(2),
  identifier("serialNumber", "serial_number"),
  identifier("connhexId", "connhex_id"),
  group("lotCode", "first_lot", { revision: 1, where: "true" }),
  group("lotCode", "lot_code", { revision: 2, where: "is_moved" }),
  group("workOrder", "work_order", { revision: 1, where: "true" }),
];

/** `$1` the tenant, `$2` the number of supplier lots, `$3` the id before the first component's. */
const lots = "generate_series(0, $2::bigint - 1) AS lot";
const id = (place: string) => `$3::bigint + lot * ${COMPONENTS_OF_A_LOT} + ${place}`;
const name = (number: string, digits: number) => `lpad((${number})::text, ${digits}, '0')`;
const { reels, boards } = SUPPLIER_LOT;
const REELS = `${lots} CROSS JOIN generate_series(0, ${reels - 1}) AS reel`;
const BOARDS = `${lots} CROSS JOIN generate_series(0, ${boards - 1}) AS board`;
const reelId = (reel: string) => id(`2 + ${reel}`);
const boardId = id(`2 + ${reels} + board`);
const deviceId = `lot * ${BLOCK / SUPPLIER_LOTS_OF_A_BLOCK} + board / 2 + 1`;
const when = "to_timestamp(1704067200)";

const COMPONENTS = [
  `INSERT INTO component (tenant, component_id, supplier, part_number, serial_number, supplier_lot,
     recorded_at, actor)
   SELECT $1, ${id("1")}, 'Nordchip', 'IC-90', NULL, 'SL-' || ${name("lot", 5)}, ${when}, 'mes'
     FROM ${lots}
   UNION ALL SELECT $1, ${reelId("reel")}, 'Reelco', 'REEL-5',
     'RL-' || ${name("lot", 5)} || '-' || ${name("reel", 2)}, NULL, ${when}, 'mes' FROM ${REELS}
   UNION ALL SELECT $1, ${boardId}, 'Leiterwerk', 'PCBA-7',
     'BD-' || ${name("lot", 5)} || '-' || ${name("board", 4)}, NULL, ${when}, 'mes' FROM ${BOARDS}`,
  `INSERT INTO installation (tenant, installation_id, parent_id, child_id, position, ordinal,
     quantity, installed_at, recorded_at, actor)
   SELECT $1, lot * ${INSTALLATIONS_OF_A_LOT} + within, parent_id, child_id, position, 1, 1,
     ${when}, ${when}, 'mes'
   FROM (SELECT lot, 1 + reel AS within, ${reelId("reel")} AS parent_id, ${id("1")} AS child_id,
       '' AS position FROM ${REELS}
     UNION ALL SELECT lot, 1 + ${reels} + board, ${boardId},
       ${reelId(`board / ${boards / reels}`)}, 'U7' FROM ${BOARDS}
     UNION ALL SELECT lot, 1 + ${reels + boards} + board, ${deviceId}, ${boardId},
       CASE board % 2 WHEN 0 THEN 'A' ELSE 'B' END FROM ${BOARDS}) planted`,
];

const IDENTIFIED_COMPONENTS = `INSERT INTO component_identifier
    (tenant, supplier, part_number, kind, value, component_id)
  SELECT tenant, supplier, part_number,
    CASE WHEN serial_number IS NULL THEN 'supplierLot' ELSE 'serialNumber' END,
    COALESCE(serial_number, supplier_lot), component_id FROM component`;

/** Every value of these fields stands among the first devices. */
const RECORDED_VALUES = `INSERT INTO recorded_value (tenant, field, value)
  SELECT DISTINCT d.tenant, v.field, v.value FROM device d CROSS JOIN LATERAL (VALUES
    ('partNumber', d.part_number), ('pcbPartNumber', d.pcb_part_number),
    ('hardwareRevision', d.hardware_revision), ('fwVersion', d.fw_version),
    ('deviceType', d.device_type), ('site', d.site), ('line', d.line), ('operator', d.operator)
  ) AS v (field, value) WHERE d.device_id <= 200000`;

const TAKE_IDS = "UPDATE id_block SET next = $2 WHERE name = $1";

/** What is loaded, in an order in which rows may be inserted. */
export const PLANTED_TABLES = [
  "device",
  "device_revision",
  "device_group",
  "device_identifier",
  "recorded_value",
  "component",
  "component_identifier",
  "installation",
] as const;

const DEVICES_AT_ONCE = 1_000_000;

/** Plants devices and their components, within the transaction of this connection. */
export async function plant(
  client: pg.Client,
  { tenant, devices, notice }: { tenant: string; devices: number; notice(line: string): void },
): Promise<void> {
  for (let from = 0; from < devices; from += DEVICES_AT_ONCE) {
    const to = Math.min(devices, from + DEVICES_AT_ONCE);
    for (const text of DEVICES) await client.query(text, [from, to - 1, tenant]);
    notice(`${to} of ${devices} devices`);
  }
  const lotCount = (devices / BLOCK) * SUPPLIER_LOTS_OF_A_BLOCK;
  for (const text of COMPONENTS) await client.query(text, [tenant, lotCount, devices]);
  await client.query(IDENTIFIED_COMPONENTS);
  await client.query(RECORDED_VALUES);
  await client.query(TAKE_IDS, ["device", devices + lotCount * COMPONENTS_OF_A_LOT + 1]);
  await client.query(TAKE_IDS, ["installation", lotCount * INSTALLATIONS_OF_A_LOT + 1]);
}
