import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { assertBatchSize } from "../../../shared/batch-size.ts";
import { readReason } from "../../../shared/reason.ts";
import type { Context } from "../context.ts";
import { LIMITS } from "../limits.ts";
import type { ScanBatch as Batch } from "./scan.ts";
import { assertFitJournal, assertFitStation } from "./scan.ts";
import { ScanBatch } from "./scan.type.ts";
import { ScanInput } from "./scan-input.type.ts";
import type { StationRow } from "./station.store.ts";
import { gapsOf } from "./station.ts";
import { Station } from "./station.type.ts";

@Resolver()
export class ScanResolver {
  @Mutation(() => ScanBatch, {
    description:
      "Records what stations scanned, at most 500 scans. A scan counts once: one that comes again gets the verdict that it got first, however late that is. A late scan takes its place between what was in effect before and after it.",
  })
  async recordScans(
    @Arg("input", () => [ScanInput], { description: "In any order." }) input: ScanInput[],
    @Ctx() { write }: Context,
  ): Promise<Batch> {
    assertBatchSize(input.length, LIMITS.scansPerBatch);
    return write(({ scanRecording }) => scanRecording.record(input), { newDevices: input.length });
  }
}

@Resolver(() => Station)
export class StationResolver {
  @Query(() => [Station], { description: "All stations, by name; at most 1,000." })
  stations(@Ctx() { stations }: Context): Promise<StationRow[]> {
    return stations.all();
  }

  @Mutation(() => Station, {
    description:
      "Gives a station's name to another journal, which goes on with firstSequence. What the former journal still holds is refused from then on.",
  })
  handOverStation(
    @Arg("station", () => String, { description: "The name of a station that has scanned." })
    station: string,
    @Arg("journal", () => ID, { description: "The id of the journal that gets the name." })
    journal: string,
    @Arg("reason", () => String, { description: "Why; kept with the journal." }) reason: string,
    @Ctx() { write, caller }: Context,
  ): Promise<StationRow> {
    assertFitStation(station);
    assertFitJournal(journal);
    const why = { actor: caller.subject, reason: readReason(reason, LIMITS.reasonCharacters) };
    return write(({ stations }) => stations.handOver(station, journal, why));
  }

  @FieldResolver(() => Boolean)
  isHeldBy(
    @Root() station: StationRow,
    @Arg("journal", () => ID, { description: "The id of a journal." }) journal: string,
  ): boolean {
    return station.journal === journal;
  }

  @FieldResolver(() => Int)
  gaps(@Root() station: StationRow): number {
    return gapsOf(station);
  }
}
