import { witnessSigner } from "../shared/ledger/cosignature.ts";
import type { WitnessConfig } from "./config.ts";
import { SeenCheckpoints } from "./seen-checkpoints.ts";
import { serveWitness, type WitnessServer } from "./server.ts";
import { Witness } from "./service.ts";
import { TrustedLogs } from "./trusted-logs.ts";
import { openWitnessKey } from "./witness-key.ts";

export interface RunningWitness extends WitnessServer {
  name: string;
  /** What others verify its cosignatures with. */
  verifierKey: string;
}

/** Starts a witness: its key, the logs that it trusts, what it has seen, and its server. */
export async function startWitness(config: WitnessConfig): Promise<RunningWitness> {
  const { name, dataFolder, trustFile } = config;
  const signer = witnessSigner(name, await openWitnessKey(dataFolder, name));
  const trusted = new TrustedLogs(trustFile);
  await trusted.read();
  const witness = new Witness({ signer, trusted, seen: new SeenCheckpoints(dataFolder) });
  const server = await serveWitness(witness, config);
  return { ...server, name, verifierKey: witness.verifierKey };
}
