import { DomainError } from "./domain-error.ts";

/** Refuses a key that could not be told apart from others, or not be kept. */
export function assertIdempotencyKey(key: string, mostCharacters: number): void {
  const isFit = key.length >= 1 && key.length <= mostCharacters && /^[\x21-\x7e]+$/.test(key);
  if (isFit) return;
  throw new DomainError(
    "BAD_USER_INPUT",
    `an idempotencyKey has 1 to ${mostCharacters} printable ASCII characters without spaces`,
    { argument: "idempotencyKey" },
  );
}
