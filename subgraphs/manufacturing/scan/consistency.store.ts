/** What can be wrong with stored scans. */
export type ScanDeviationKind =
  | "STATION_DIFFERS"
  | "SCAN_OF_ANOTHER_JOURNAL"
  | "SCANNED_DEVICE_DIFFERS";

const TENANT = "current_setting('app.tenant')";

const STATIONS = `SELECT NULL AS "serialNumber", NULL AS revision,
    format('station %s has %s scans up to %s and begins with %s, not %s up to %s and %s',
      COALESCE(s.station, k.station), COALESCE(k.count, 0), COALESCE(k.last, 0), j.first_sequence,
      s.scan_count, s.last_sequence, s.first_sequence) AS detail
  FROM (SELECT station, count(*) AS count, max(sequence) AS last FROM scan
    WHERE tenant = ${TENANT} GROUP BY station) k
  FULL JOIN (SELECT * FROM station WHERE tenant = ${TENANT}) s ON s.station = k.station
  LEFT JOIN station_journal j ON j.tenant = ${TENANT} AND j.station = s.station
    AND j.journal = s.journal
  WHERE (COALESCE(k.count, 0), COALESCE(k.last, 0), j.first_sequence) IS DISTINCT FROM
    (s.scan_count::bigint, s.last_sequence, s.first_sequence) LIMIT $1`;

const JOURNALS = `SELECT k.serial_number AS "serialNumber", NULL AS revision,
    format('scan %s of %s is of a journal that never had the name', k.sequence, k.station) AS detail
  FROM scan k WHERE k.tenant = ${TENANT} AND NOT EXISTS (SELECT FROM station_journal j
    WHERE j.tenant = ${TENANT} AND j.station = k.station AND j.journal = k.journal
      AND j.first_sequence <= k.sequence) LIMIT $1`;

const DEVICES = `SELECT k.serial_number AS "serialNumber", k.revision,
    format('scan %s of %s made a revision that there is not', k.sequence, k.station) AS detail
  FROM scan k WHERE k.tenant = ${TENANT} AND k.outcome IN ('RECORDED', 'REVISED')
    AND NOT EXISTS (SELECT FROM device_revision r WHERE r.tenant = ${TENANT}
      AND r.device_id = k.device_id AND r.revision = k.revision
      AND r.serial_number = k.serial_number) LIMIT $1`;

/** A statement a kind; each answers at most `$1` deviations of the connection's tenant. */
export const SCAN_CHECKS: Readonly<Record<ScanDeviationKind, string>> = {
  STATION_DIFFERS: STATIONS,
  SCAN_OF_ANOTHER_JOURNAL: JOURNALS,
  SCANNED_DEVICE_DIFFERS: DEVICES,
};
