/** What the invented maker builds, where, and from what. Everything here is made up. */

export interface Site {
  code: string;
  /** The letter of the site in serial numbers. */
  letter: string;
  /** Lines where boards are made; each is a lot's home. */
  boardLines: readonly string[];
  assemblyLines: readonly string[];
  testLines: readonly string[];
  packagingLines: readonly string[];
}

export const SITES: readonly Site[] = [
  {
    code: "IT-TRENTO",
    letter: "T",
    boardLines: ["SMT-1", "SMT-2"],
    assemblyLines: ["ASM-1", "ASM-2", "ASM-3"],
    testLines: ["TST-1", "TST-2"],
    packagingLines: ["PCK-1"],
  },
  {
    code: "CZ-BRNO",
    letter: "B",
    boardLines: ["SMT-1", "SMT-2", "SMT-3"],
    assemblyLines: ["ASM-1", "ASM-2"],
    testLines: ["TST-1"],
    packagingLines: ["PCK-1", "PCK-2"],
  },
  {
    code: "MX-PUEBLA",
    letter: "P",
    boardLines: ["SMT-1"],
    assemblyLines: ["ASM-1"],
    testLines: ["TST-1"],
    packagingLines: ["PCK-1"],
  },
];

export interface Model {
  name: string;
  deviceType: string;
  partNumber: string;
  pcbPartNumber: string;
  /** In the order of their introduction. */
  hardwareRevisions: readonly string[];
  firmware: FirmwareTrain;
  /** Devices a package: 4 to 10. */
  packageSize: number;
  /** Packages a pallet; a pallet holds 40 to 100 devices. */
  palletPackages: number;
  /** Charge of a unit with a sealed refrigerant circuit, or null. */
  refrigerantGrams: number | null;
  hasSolderBatch: boolean;
  /** Its share of the lots. */
  weight: number;
}

/** Versions and the share of the production time at which each one reached the lines. */
export type FirmwareTrain = readonly (readonly [version: string, from: number])[];

/** As text, 2.10.0 sorts before 2.9.0: whoever compares versions as text finds the wrong devices. */
const CONTROLLER_FIRMWARE: FirmwareTrain = [
  ["2.7.0", 0],
  ["2.7.1", 0.08],
  ["2.8.0", 0.16],
  ["2.8.1", 0.27],
  ["2.9.0", 0.34],
  ["2.9.1", 0.44],
  ["2.10.0", 0.51],
  ["2.10.1", 0.58],
  ["2.10.2", 0.66],
  ["2.11.0", 0.78],
  ["3.0.0", 0.9],
];
const SENSOR_FIRMWARE: FirmwareTrain = [
  ["5.1.0", 0],
  ["5.1.4", 0.2],
  ["5.2.0", 0.45],
  ["5.2.1", 0.6],
  ["5.3.0", 0.82],
];

/** The firmware that loses its set points: planted, and known to tests. */
export const FAULTY_FIRMWARE = {
  from: "2.9.0",
  to: "2.10.1",
  versions: ["2.9.0", "2.9.1", "2.10.0", "2.10.1"],
  mendedIn: "2.10.2",
} as const;

/** The bad capacitors: planted, and known to tests. */
export const BAD_CAPACITOR_BATCH = "CB-7731-K";

/** Who delivers what goes onto the boards and into the housings, beside the board vendors. */
export const COMPONENT_SUPPLIERS = {
  modem: { supplier: "ADRIA_RADIO", partNumber: "RM-220" },
  controller: { supplier: "KARST_SEMICONDUCTORS", partNumber: "KS32-F4" },
  battery: { supplier: "DANUBE_CELLS", partNumber: "CR-2450" },
} as const;

/** The bad lot of modems: planted, and known to tests. */
export const BAD_MODEM_LOT = "RM-66207";

export const MODELS: readonly Model[] = [
  {
    name: "Breva Heat 8",
    deviceType: "HEAT_PUMP",
    partNumber: "BR-HP-0800",
    pcbPartNumber: "PCB-4410",
    hardwareRevisions: ["A", "B", "C"],
    firmware: CONTROLLER_FIRMWARE,
    packageSize: 4,
    palletPackages: 10,
    refrigerantGrams: 1150,
    hasSolderBatch: true,
    weight: 3,
  },
  {
    name: "Breva Heat 12",
    deviceType: "HEAT_PUMP",
    partNumber: "BR-HP-1200",
    pcbPartNumber: "PCB-4412",
    hardwareRevisions: ["A", "B"],
    firmware: CONTROLLER_FIRMWARE,
    packageSize: 4,
    palletPackages: 12,
    refrigerantGrams: 1480,
    hasSolderBatch: true,
    weight: 2,
  },
  {
    name: "Breva Air",
    deviceType: "AIR_HANDLER",
    partNumber: "BR-AH-0300",
    pcbPartNumber: "PCB-3307",
    hardwareRevisions: ["B", "C"],
    firmware: CONTROLLER_FIRMWARE,
    packageSize: 6,
    palletPackages: 9,
    refrigerantGrams: null,
    hasSolderBatch: true,
    weight: 2,
  },
  {
    name: "Breva Dial",
    deviceType: "THERMOSTAT",
    partNumber: "BR-TH-0021",
    pcbPartNumber: "PCB-1105",
    hardwareRevisions: ["D", "E", "F"],
    firmware: SENSOR_FIRMWARE,
    packageSize: 10,
    palletPackages: 10,
    refrigerantGrams: null,
    hasSolderBatch: false,
    weight: 3,
  },
  {
    name: "Breva Sense",
    deviceType: "AIR_SENSOR",
    partNumber: "BR-AS-0007",
    pcbPartNumber: "PCB-0902",
    hardwareRevisions: ["A", "B"],
    firmware: SENSOR_FIRMWARE,
    packageSize: 8,
    palletPackages: 12,
    refrigerantGrams: null,
    hasSolderBatch: false,
    weight: 2,
  },
];

export const BOARD_VENDORS = ["OSTRAVA_BOARDS", "PIAVE_CIRCUITS", "LERMA_ELECTRONICS"] as const;
