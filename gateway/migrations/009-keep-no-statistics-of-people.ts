import { WithoutStatistics } from "../../shared/postgres/no-statistics.ts";

/** Statistics quote the keys by which people are named, and would outlive them when they are erased. */
export class KeepNoStatisticsOfPeople1764000000009 extends WithoutStatistics {
  protected readonly columns = {
    person_key: ["subject", "key"],
  };
}
