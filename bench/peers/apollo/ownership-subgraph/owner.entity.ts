import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from "typeorm";

const UNCHECKED = { createForeignKeyConstraints: false } as const;
const OWNER = [
  { name: "tenant", referencedColumnName: "tenant" },
  { name: "owner_id", referencedColumnName: "ownerId" },
];

@Entity({ name: "owner_key" })
export class OwnerKeyEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "owner_id", type: "bigint" })
  ownerId!: number;

  @Column({ name: "wrapped_key", type: "bytea" })
  wrappedKey!: Buffer;
}

@Entity({ name: "owner_contact" })
export class OwnerContactEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "owner_id", type: "bigint" })
  ownerId!: number;

  @Column({ type: "bytea" })
  ciphertext!: Buffer;
}

@Entity({ name: "owner" })
export class OwnerEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "owner_id", type: "bigint" })
  ownerId!: number;

  @OneToOne(() => OwnerKeyEntity, UNCHECKED)
  @JoinColumn(OWNER)
  key!: OwnerKeyEntity | null;

  @OneToOne(() => OwnerContactEntity, UNCHECKED)
  @JoinColumn(OWNER)
  contact!: OwnerContactEntity | null;
}

@Entity({ name: "cloud_identity" })
export class CloudIdentityEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  @Column({ type: "text" })
  state!: string;
}

@Entity({ name: "ownership" })
export class OwnershipEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  @Column({ name: "owner_id", type: "bigint", nullable: true })
  ownerId!: number | null;
}

/** Times are read as text: as timestamptz TypeORM would make a Date of each and drop microseconds. */
@Entity({ name: "ownership_revision" })
export class OwnershipRevisionEntity {
  @PrimaryColumn({ type: "text" })
  tenant!: string;

  @PrimaryColumn({ name: "connhex_id", type: "text" })
  connhexId!: string;

  @PrimaryColumn({ type: "integer" })
  revision!: number;

  @Column({ name: "owner_id", type: "bigint", nullable: true })
  ownerId!: number | null;

  @Column({ type: "text" })
  at!: string;
}
