import { GraphQLJSON } from "graphql-scalars";
import { Field, InputType } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { DispositionEnum, ProductionPhaseEnum } from "./device.type.ts";
import type { Disposition, Phase } from "./device-record.ts";

/** The fields that everything shares that says something of a device. Texts have at most 256 characters. */
@InputType()
export abstract class DeviceValuesInput {
  @Field(() => String, { nullable: true, description: "The maker's part number of the device." })
  partNumber?: string | null;

  @Field(() => String, { nullable: true, description: "The part number of its circuit board." })
  pcbPartNumber?: string | null;

  @Field(() => String, { nullable: true, description: "The hardware revision that was built." })
  hardwareRevision?: string | null;

  @Field(() => String, { nullable: true, description: "The firmware that it leaves with." })
  fwVersion?: string | null;

  @Field(() => String, { nullable: true, description: "The maker's name of its kind." })
  deviceType?: string | null;

  @Field(() => String, { nullable: true, description: "The production lot." })
  lotCode?: string | null;

  @Field(() => String, { nullable: true, description: "The work order." })
  workOrder?: string | null;

  @Field(() => String, { nullable: true, description: "The production order." })
  productionOrder?: string | null;

  @Field(() => String, { nullable: true, description: "The pallet." })
  palletId?: string | null;

  @Field(() => String, { nullable: true, description: "The package." })
  packageId?: string | null;

  @Field(() => ProductionPhaseEnum, {
    nullable: true,
    description: "The phase. By recording it goes forward only; rework is a correction.",
  })
  phase?: Phase | null;

  @Field(() => DispositionEnum, {
    nullable: true,
    description: "Set by the first record (RELEASED unless given); later by correction only.",
  })
  disposition?: Disposition | null;

  @Field(() => DateTime, { nullable: true, description: "When it was built." })
  producedAt?: Timestamp | null;

  @Field(() => String, { nullable: true, description: "The factory site of this phase." })
  site?: string | null;

  @Field(() => String, { nullable: true, description: "The line within the site." })
  line?: string | null;

  @Field(() => String, { nullable: true, description: "Who operated the station." })
  operator?: string | null;

  @Field(() => GraphQLJSON, { nullable: true, description: "Custom fields by name." })
  attributes?: unknown;
}

/** The fields that a record and a correction share. */
@InputType()
abstract class DeviceFactsInput extends DeviceValuesInput {
  @Field(() => DateTime, {
    nullable: true,
    description: "From when it is true; now unless given, at most 24 hours ahead.",
  })
  effectiveAt?: Timestamp | null;

  @Field(() => String, {
    nullable: true,
    description: "The file or station it comes from; the client unless given.",
  })
  source?: string | null;
}

@InputType({
  description:
    "What is known of one device. Fields that are left out or null are not known: they change nothing.",
})
export class DeviceRecordInput extends DeviceFactsInput {
  @Field(() => String, { description: "At most 128 characters." })
  serialNumber!: string;
}

@InputType({
  description:
    "The fields to correct. Null clears a field; attributes are merged by name, and null removes one.",
})
export class DeviceChanges extends DeviceFactsInput {}
