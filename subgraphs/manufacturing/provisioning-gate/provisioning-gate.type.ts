import { Directive, Field, ID, InputType, ObjectType } from "type-graphql";
import { DispositionEnum } from "../device/device.type.ts";
import type { Disposition } from "../device/device-record.ts";

@Directive("@inaccessible")
@ObjectType({
  simpleResolvers: true,
  description: "Whether a recorded device may be provisioned: only a RELEASED one may.",
})
export class ProvisioningGate {
  @Field(() => String, { description: "The device's serial number." })
  serialNumber!: string;

  @Field(() => ID, { nullable: true, description: "The cloud identity that it is linked to." })
  connhexId!: string | null;

  @Field(() => DispositionEnum, { description: "What the factory has decided about it." })
  disposition!: Disposition;
}

@Directive("@inaccessible")
@InputType({ description: "A device and the cloud identity to link it to." })
export class CloudIdentityLinkInput {
  @Field(() => String, { description: "The device's serial number." })
  serialNumber!: string;

  @Field(() => ID, { description: "The cloud identity's connhexId." })
  connhexId!: string;
}

@Directive("@inaccessible")
@ObjectType({ simpleResolvers: true, description: "The answer to one link." })
export class CloudIdentityLinkVerdict {
  @Field(() => String, { description: "As given." })
  serialNumber!: string;

  @Field(() => ID, { description: "As given." })
  connhexId!: string;

  @Field(() => Boolean, { description: "Whether the device is linked to it now." })
  linked!: boolean;

  @Field(() => String, { nullable: true, description: "Why it is not linked: a code." })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "Why it is not linked: a text for people." })
  message!: string | null;
}
