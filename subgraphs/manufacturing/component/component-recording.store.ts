import { DomainError } from "../../../shared/domain-error.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { ComponentStore } from "./component.store.ts";
import {
  type ComponentWriter,
  keyOfPlace,
  type NewInstallation,
  type Place,
} from "./component-writer.store.ts";
import type { InstallationRow, InstallationStore } from "./installation.store.ts";
import {
  assertMayRemove,
  type InstallationBatch,
  type InstallationFacts,
  type InstallationStatement,
  type InstallationVerdict,
  installationBatchOf,
  judgeInstallation,
  type KnownInstallation,
  type NamedItem,
  type Placement,
  readInstallation,
  refusedInstallation,
  withinItself,
} from "./installation.ts";
import { NamedItems } from "./named-items.store.ts";

interface PlacedRow extends Place {
  index: number;
  facts: InstallationFacts;
}

/** Installs and removes components, within one transaction. */
export class ComponentRecording {
  constructor(
    private readonly writer: ComponentWriter,
    private readonly components: ComponentStore,
    private readonly installations: InstallationStore,
    /** Ids reserved before the transaction began. */
    private readonly ids: { nextItem: () => number; nextInstallation: () => number },
    /** What is named as the source of rows that name none. */
    private readonly client: string | null,
  ) {}

  /** Judges every row by itself; a refused row loses nothing but itself. */
  async install(statements: readonly InstallationStatement[]): Promise<InstallationBatch> {
    const verdicts: InstallationVerdict[] = [];
    const rows: { index: number; facts: InstallationFacts }[] = [];
    const attempt = (index: number, work: () => void) => {
      try {
        work();
      } catch (error) {
        verdicts[index] = refusedInstallation(index, error);
      }
    };
    statements.forEach((statement, index) => {
      attempt(index, () => rows.push({ index, facts: readInstallation(statement, Date.now()) }));
    });
    const items = new NamedItems(this.ids.nextItem);
    const named = rows.flatMap(({ facts: { parent, child } }) => [parent, child]);
    await items.look(named, this.writer, this.components);
    const placed: PlacedRow[] = [];
    const seen = new Set<string>();
    for (const { index, facts } of rows) {
      const source = facts.source ?? this.client;
      attempt(index, () =>
        placed.push({ index, facts, ...placeOf(facts, { items, seen, source }) }),
      );
    }
    const known = await this.knownIn(placed, items);
    const due: NewInstallation[] = [];
    for (const row of placed) {
      attempt(row.index, () => {
        const judged = judgeInstallation(row.facts, known.get(keyOfPlace(row)) ?? []);
        if ("same" in judged) {
          verdicts[row.index] = settled(row.index, "UNCHANGED", judged.same);
          return;
        }
        const one = this.newInstallation(row, row.facts, judged.ordinal);
        due.push(one);
        verdicts[row.index] = settled(row.index, "RECORDED", one.installationId);
      });
    }
    await this.write(due, items);
    return installationBatchOf(verdicts);
  }

  /** Ends an installation. */
  async remove(
    installationId: number,
    { removedAt, reason }: { removedAt: Timestamp | null; reason: string },
  ): Promise<void> {
    assertMayRemove(endOf(await this.installation(installationId)), removedAt);
    await this.writer.remove({ installationId, removedAt, reason, replacedBy: null });
  }

  /** Puts another child into the place of an installation, which ends; answers the new one's id. */
  async replace(
    installationId: number,
    child: NamedItem,
    { placement, reason }: { placement: Omit<Placement, "position">; reason: string },
  ): Promise<number> {
    const old = await this.installation(installationId);
    assertMayRemove(endOf(old), placement.installedAt);
    const items = new NamedItems(this.ids.nextItem);
    await items.look([child], this.writer, this.components);
    const childId = items.idOf(child, placement.source ?? this.client);
    if (childId === old.parentId) throw withinItself();
    const { parentId, position } = old;
    const place = { parentId, childId, position };
    const before = (await this.writer.known([place])).get(keyOfPlace(place)) ?? [];
    // In the same moment the old one is there no longer: its like may follow it.
    const known = before.map((one) =>
      one.installationId === installationId ? { ...one, removedAt: placement.installedAt } : one,
    );
    const full = { ...placement, position };
    const judged = judgeInstallation(full, known);
    if ("same" in judged) throw alreadyThere();
    const fresh = this.newInstallation(place, full, judged.ordinal);
    await this.write([fresh], items);
    const removal = { installationId, removedAt: placement.installedAt, reason };
    await this.writer.remove({ ...removal, replacedBy: fresh.installationId });
    return fresh.installationId;
  }

  private newInstallation(place: Place, placement: Placement, ordinal: number): NewInstallation {
    const { parentId, childId, position } = place;
    const { quantity, measure, installedAt } = placement;
    return {
      installationId: this.ids.nextInstallation(),
      ...{ parentId, childId, position, ordinal, quantity, measure, installedAt },
      source: placement.source ?? this.client,
    };
  }

  /** Components that are new have been nowhere. */
  private knownIn(
    rows: readonly PlacedRow[],
    items: NamedItems,
  ): Promise<Map<string, KnownInstallation[]>> {
    const known = rows.filter(
      ({ parentId, childId }) => ![parentId, childId].some((id) => items.isNew(id)),
    );
    return known.length > 0 ? this.writer.known(known) : Promise.resolve(new Map());
  }

  private async write(due: readonly NewInstallation[], items: NamedItems): Promise<void> {
    const used = due.flatMap(({ parentId, childId }) => [parentId, childId]);
    await this.writer.recordComponents(items.newAmong(used));
    await this.writer.install(due);
  }

  private async installation(installationId: number): Promise<InstallationRow> {
    const known = await this.installations.byId.load(installationId);
    if (!known) throw new DomainError("NOT_FOUND", "there is no such installation");
    return known;
  }
}

function placeOf(
  { parent, child, position }: InstallationFacts,
  { items, seen, source }: { items: NamedItems; seen: Set<string>; source: string | null },
): Place {
  const parentId = items.idOf(parent, source);
  const childId = items.idOf(child, source);
  if (parentId === childId) throw withinItself();
  const key = keyOfPlace({ parentId, childId, position });
  if (seen.has(key)) {
    throw new DomainError(
      "DUPLICATE_IN_BATCH",
      "this child stands in this place of this parent in the batch before; only its first row counts",
      { field: "child" },
    );
  }
  seen.add(key);
  return { parentId, childId, position };
}

function endOf({ installedAt, removal }: InstallationRow) {
  return { installedAt, removedAt: removal?.removedAt ?? null };
}

function alreadyThere(): DomainError {
  return new DomainError("NOTHING_TO_CHANGE", "it stands in this place since that time already");
}

function settled(
  index: number,
  outcome: "RECORDED" | "UNCHANGED",
  installationId: number,
): InstallationVerdict {
  return { index, outcome, installationId, code: null, message: null, field: null };
}
