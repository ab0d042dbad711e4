const MOST_CHARACTERS = 100;

/** What `isClientName` takes, as a message says it. */
export const CLIENT_NAME_RULE = `has 1 to ${MOST_CHARACTERS} of the characters A-Z a-z 0-9 . _ : @ -`;

/** Issuers name clients in many ways; a slash parts a client from its document in ids. */
export function isClientName(text: string): boolean {
  return text.length <= MOST_CHARACTERS && /^[A-Za-z0-9][A-Za-z0-9._:@-]*$/.test(text);
}
