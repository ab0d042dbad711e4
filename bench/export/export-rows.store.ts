import pg from "pg";

/** The columns that an export of devices has, with their types as PostgreSQL would copy them. */
export const COPIED = `serial_number, connhex_id, part_number, pcb_part_number, hardware_revision,
  fw_version, device_type, lot_code, work_order, production_order, pallet_id, package_id, phase,
  disposition, produced_at, site, line, operator, attributes, revision, recorded_at`;

/** Fills a tenant with devices of lots of 500, as the demo factory makes them, and looks at the table. */
export async function fillDevices(ownerUrl: string, tenant: string, rows: number): Promise<void> {
  const client = await connected(ownerUrl, tenant);
  try {
    await client.query(FILL, [tenant, rows]);
    await client.query("VACUUM (ANALYZE) device");
  } finally {
    await client.end();
  }
}

const FILL = `INSERT INTO device (tenant, device_id, ${COPIED})
  SELECT $1::text, n,
    'SN' || lpad(n::text, 10, '0'), md5('c' || n)::uuid::text, 'BR-HP-' || 1200 + n % 7,
    'PCB-' || 4400 + n % 12, chr((65 + n % 4)::int), '2.' || n % 9 || '.' || n % 5, 'HEAT_PUMP',
    'T' || lpad((n / 500)::text, 6, '0'), 'WO-' || lpad((n / 2000)::text, 7, '0'),
    'PO-' || lpad((n / 5000)::text, 6, '0'), 'PL-' || lpad((n / 48)::text, 7, '0'),
    'PK-' || lpad((n / 8)::text, 8, '0'), 'PACKAGING',
    CASE WHEN n % 50 = 0 THEN 'QUARANTINED' ELSE 'RELEASED' END,
    '2024-04-09'::timestamptz + n * interval '1.3 seconds', 'IT-TRENTO', 'PCK-' || n % 3,
    'op-t' || lpad((n % 90)::text, 3, '0'),
    jsonb_build_object('leakTested', n % 3 > 0, 'boardVendor', 'PIAVE_CIRCUITS', 'solderBatch',
      'SP-T' || lpad((n / 700)::text, 4, '0'), 'capacitorBatch', 'CB-' || lpad((n / 900)::text, 5, '0'),
      'refrigerantGrams', 1400 + n % 100, 'calibrationOffset', (-0.5 + (n % 100) / 100.0)::text),
    1 + n % 5, '2025-01-01'::timestamptz + n * interval '1.7 seconds'
  FROM generate_series(1, $2::bigint) n`;

/** The statement that everything is compared with: it makes no file, and counts nothing. */
export function copyToStdout(tenant: string): string {
  return `COPY (SELECT ${COPIED} FROM device WHERE tenant = '${tenant}') TO STDOUT`;
}

export async function connected(url: string, tenant: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    options: `-c app.tenant=${tenant} -c timezone=UTC`,
  });
  await client.connect();
  return client;
}
