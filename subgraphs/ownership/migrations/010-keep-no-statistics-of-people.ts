import { WithoutStatistics } from "../../../shared/postgres/no-statistics.ts";

/** Statistics quote texts, keys and names of people, and would outlive them when they are erased. */
export class KeepNoStatisticsOfPeople1761000000010 extends WithoutStatistics {
  protected readonly columns = {
    owner: ["subject"],
    owner_key: ["wrapped_key"],
    owner_contact: ["ciphertext"],
    transfer_offer: ["code_hash"],
    ownership_revision: ["actor", "reason", "reason_key"],
    cloud_identity_revision: ["actor", "reason"],
    erasure: ["reason"],
    erasure_order: ["subject"],
    person_key: ["subject", "key"],
  };
}
