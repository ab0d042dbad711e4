import { WithoutStatistics } from "../../../shared/postgres/no-statistics.ts";

/** Statistics quote the keys by which people are named, and would outlive them. */
export class KeepNoStatisticsOfPeople1700000000012 extends WithoutStatistics {
  protected readonly columns = {
    person_key: ["subject", "key"],
  };
}
