import { Field, ID, InputType, ObjectType } from "type-graphql";
import type { SigningRole } from "../signing-key/signing-key.ts";
import { SigningRoleEnum } from "../signing-key/signing-key.type.ts";

@InputType({ description: "One device, as a station, scanner or partner signed it." })
export class SignedDeviceInput {
  @Field(() => String, {
    description:
      "The JSON text of one DeviceRecordInput, exactly as it was signed, byte for byte in UTF-8; at most 8,192 bytes.",
  })
  payload!: string;

  @Field(() => String, {
    description:
      "A JWS in compact form, with the payload or detached, by ES256 or EdDSA. Its header has alg and kid, and typ at most.",
  })
  signature!: string;
}

@ObjectType({
  simpleResolvers: true,
  description: "By whose signature a revision was handed over.",
})
export class HandOverSigner {
  @Field(() => ID, { description: "The keyId of the signing key." })
  key!: string;

  @Field(() => String, { description: "Whose key it is." })
  name!: string;

  @Field(() => SigningRoleEnum, { description: "What signed." })
  role!: SigningRole;

  @Field(() => String, { description: "ES256 or EdDSA." })
  algorithm!: string;

  @Field(() => Boolean, {
    description:
      "Whether the key was revoked from a time before the revision was recorded. Its signature alone proves nothing then.",
  })
  isFlagged!: boolean;
}
