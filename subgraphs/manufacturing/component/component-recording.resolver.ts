import { Arg, Ctx, ID, Mutation, Resolver } from "type-graphql";
import { assertBatchSize } from "../../../shared/batch-size.ts";
import { DomainError } from "../../../shared/domain-error.ts";
import { numberOfGlobalId } from "../../../shared/global-id.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import { readReason } from "../../../shared/reason.ts";
import { now, type Timestamp } from "../../../shared/time.ts";
import type { Context } from "../context.ts";
import { LIMITS } from "../limits.ts";
import type { InstallationRow } from "./installation.store.ts";
import type { InstallationBatch as Batch, InstallationStatement } from "./installation.ts";
import { readItem, readPlacement, readTime } from "./installation.ts";
import {
  ComponentInstallation,
  InstallationBatch,
  InstallationInput,
  ReplacementInput,
} from "./installation.type.ts";

@Resolver()
export class ComponentRecordingResolver {
  @Mutation(() => InstallationBatch, {
    description:
      "Records what was installed in what, at most 1,000 rows. Each row is judged by itself: a refused one loses nothing but itself. The same idempotencyKey with the same content gets the same verdicts again.",
  })
  async installComponents(
    @Arg("input", () => [InstallationInput], { description: "One row an installation." })
    input: InstallationInput[],
    @Arg("idempotencyKey", () => String, {
      nullable: true,
      description: "1 to 128 printable ASCII characters, unique within the tenant.",
    })
    key: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Batch> {
    assertBatchSize(input.length, LIMITS.rowsPerBatch);
    const batch = await context.write(
      ({ idempotency, componentRecording }) =>
        idempotency.once(key ?? null, { operation: "installComponents", input }, () =>
          componentRecording.install(input),
        ),
      // Both the parent and the child may be a component that nobody knows.
      { newDevices: 2 * input.length, newInstallations: input.length },
    );
    for (const row of input) sawDevices(row, context);
    return batch;
  }

  @Mutation(() => ComponentInstallation, {
    description:
      "Puts something else into the place of what is installed: ends the installation and answers the new one, which says what it replaces.",
  })
  async replaceComponent(
    @Arg("installation", () => ID, { description: "The installation that ends." }) id: string,
    @Arg("by", () => ReplacementInput, { description: "What takes its place." })
    by: ReplacementInput,
    @Arg("reason", () => String, { description: "Why; at most 1,000 characters." }) reason: string,
    @Ctx() context: Context,
  ): Promise<InstallationRow> {
    const old = await installed(id, context);
    const { quantity = null, measure = null, replacedAt = null, source } = by;
    // The old one ends and the new one begins in one moment, which is not before the old one began.
    const moment = replacedAt ?? [now(), old.installedAt].sort()[1] ?? now();
    const isAsBefore = quantity === null;
    const given = {
      quantity: isAsBefore ? old.quantity : quantity,
      measure: isAsBefore && measure === null ? old.measure : measure,
    };
    const { position: _, ...placement } = readPlacement(
      { ...given, installedAt: moment, source: source ?? null },
      Date.now(),
    );
    const why = readReason(reason, LIMITS.reasonCharacters);
    const child = readItem(by.child, "by.child");
    const fresh = await context.write(
      ({ componentRecording }) =>
        componentRecording.replace(old.installationId, child, { placement, reason: why }),
      { newDevices: 1, newInstallations: 1 },
    );
    return seen(fresh, context);
  }

  @Mutation(() => ComponentInstallation, {
    description:
      "Ends an installation. That something was installed in error is a reason like any.",
  })
  async removeComponent(
    @Arg("installation", () => ID, { description: "The installation that ends." }) id: string,
    @Arg("reason", () => String, { description: "Why; at most 1,000 characters." }) reason: string,
    @Arg("removedAt", () => DateTime, { nullable: true, description: "Now unless given." })
    removedAt: Timestamp | null | undefined,
    @Ctx() context: Context,
  ): Promise<InstallationRow> {
    const { installationId } = await installed(id, context);
    const removal = {
      removedAt: readTime("removedAt", removedAt ?? null, Date.now()),
      reason: readReason(reason, LIMITS.reasonCharacters),
    };
    await context.write(({ componentRecording }) =>
      componentRecording.remove(installationId, removal),
    );
    return seen(installationId, context);
  }
}

async function installed(id: string, { installations }: Context): Promise<InstallationRow> {
  const installationId = numberOfGlobalId("ComponentInstallation", id);
  const known = installationId === null ? null : await installations.byId.load(installationId);
  if (!known) throw new DomainError("NOT_FOUND", "there is no such installation");
  return known;
}

/** Tells the access log the devices whose installation was written. */
async function seen(installationId: number, context: Context): Promise<InstallationRow> {
  const row = await context.installations.byId.load(installationId);
  if (!row) throw new Error(`installation ${installationId} is gone`);
  for (const itemId of [row.parentId, row.childId]) {
    context.seen?.addSource(await context.devices.byId.load(itemId));
  }
  return row;
}

function sawDevices({ parent, child }: InstallationStatement, { seen }: Context): void {
  for (const { device } of [parent, child]) if (device != null) seen?.add([null, device]);
}
