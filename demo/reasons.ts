/** What people write when they correct a record, or change who has a device. */
export const REASONS = {
  rework: [
    "failed the pressure test: joint brazed again",
    "failed the end-of-line test: connector seated again",
    "display replaced after a dead pixel was found",
  ],
  quarantine: [
    "held for a second look after an odd test value",
    "cosmetic damage reported by the line",
    "test bench out of calibration on this shift",
  ],
  release: ["tested again without findings", "deviation accepted by quality"],
  giveBack: ["returned to the installer", "house sold without the device", "lease ended"],
  transfer: ["sold with the house", "handed over to the tenant", "moved to another company"],
  suspension: ["floods the broker with messages", "firmware image does not match its signature"],
  resumption: ["flashed again on site", "credentials renewed"],
  revocation: ["credentials found in a public log", "device reported stolen"],
  scrap: ["compressor does not start", "board cracked", "circuit leaks and cannot be brazed again"],
  lotCode: ["lot code mistyped at the first station", "label of the neighbouring lot was scanned"],
  capacitorBatch: [
    "reel label read again during the audit of the feeder",
    "feeder log shows another reel",
  ],
  hardwareRevision: ["board revision read from the etching", "wrong revision preset on the line"],
  firmware: ["flashed again at the factory"],
  pallet: ["moved to another pallet in the warehouse"],
} as const;
