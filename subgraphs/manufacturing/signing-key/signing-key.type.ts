import { Field, ID, InputType, ObjectType, registerEnumType } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import {
  SIGNING_KEY_STATES,
  SIGNING_ROLES,
  type SigningKeyState,
  type SigningRole,
} from "./signing-key.ts";

export const SigningRoleEnum = Object.fromEntries(SIGNING_ROLES.map((role) => [role, role]));
registerEnumType(SigningRoleEnum, {
  name: "SigningRole",
  description: "Who signs with a key: a station of a line, a scanner, or a partner.",
});

export const SigningKeyStateEnum = Object.fromEntries(
  SIGNING_KEY_STATES.map((state) => [state, state]),
);
registerEnumType(SigningKeyStateEnum, {
  name: "SigningKeyState",
  description: "Whether a key may sign now, or why not.",
});

@ObjectType({
  simpleResolvers: true,
  description: "A key with which a station, scanner or partner signs what it hands over.",
})
export class SigningKey {
  @Field(() => ID, {
    description: "The thumbprint of the public key (RFC 7638), and the kid of its signatures.",
  })
  keyId!: string;

  @Field(() => String, { description: "Whose it is, for people." })
  name!: string;

  @Field(() => SigningRoleEnum, { description: "What signs with it." })
  role!: SigningRole;

  @Field(() => String, { description: "ES256 or EdDSA; the key alone decides." })
  algorithm!: string;

  @Field(() => String, { description: "PEM, SubjectPublicKeyInfo." })
  publicKey!: string;

  @Field(() => DateTime, { description: "The first moment at which it may sign." })
  validFrom!: Timestamp;

  @Field(() => DateTime, {
    nullable: true,
    description: "The first moment at which it may sign no more; null where that is not planned.",
  })
  validTo!: Timestamp | null;

  @Field(() => SigningKeyStateEnum, { description: "Whether it may sign now." })
  state!: SigningKeyState;

  @Field(() => DateTime, { description: "When it was registered." })
  addedAt!: Timestamp;

  @Field(() => String, { nullable: true, description: "The subject that registered it." })
  addedBy!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "From when on what it signs is refused, and what it signed is flagged.",
  })
  revokedFrom!: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "When that was decided." })
  revokedAt!: Timestamp | null;

  @Field(() => String, { nullable: true, description: "The subject that decided it." })
  revokedBy!: string | null;

  @Field(() => String, { nullable: true, description: "Why." })
  revocationReason!: string | null;
}

@InputType({ description: "A key to register." })
export class SigningKeyInput {
  @Field(() => String, { description: "PEM or JWK, for P-256 or Ed25519. Never a private key." })
  publicKey!: string;

  @Field(() => String, { description: "Whose it is; at most 128 characters." })
  name!: string;

  @Field(() => SigningRoleEnum, { description: "What signs with it." })
  role!: SigningRole;

  @Field(() => DateTime, { nullable: true, description: "Now unless given." })
  validFrom?: Timestamp | null;

  @Field(() => DateTime, { nullable: true, description: "Without end unless given." })
  validTo?: Timestamp | null;
}
