import { type CliError, fileError } from "../cli-error.ts";

const PREFIX_CHARACTERS = 1_000;
const WRAPPED_LIST = /^\s*\{\s*("(?:[^"\\]|\\.)*")\s*:\s*$/;

/** One member of the list, still as text; null where it is longer than the limit. */
export interface JsonMember {
  line: number;
  text: string | null;
}

/**
 * Finds the members of a JSON list piece by piece, so that a long list needs no more memory than
 * its longest member. The list is the whole file, `[…]`, or the only value of an object,
 * `{"devices": […]}`. What lies between commas is left to JSON.parse.
 */
export class JsonListScanner {
  readonly #mostCharacters: number;
  #place: "before" | "list" | "after" = "before";
  /** The text before the list, then what follows it. */
  #outside = "";
  #line = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #member = "";
  #memberLine: number | null = null;
  #isTooLong = false;
  #hasMembers = false;
  /** The name under which the list stands; null where the list is the whole file. */
  container: string | null = null;

  constructor(mostCharacters: number) {
    this.#mostCharacters = mostCharacters;
  }

  /** The members that end in this piece of the text. */
  *push(text: string): Generator<JsonMember> {
    let start = 0;
    for (let at = 0; at < text.length; at += 1) {
      const character = text[at] ?? "";
      if (this.#place !== "list") {
        this.#readOutside(character);
        start = at + 1;
      } else if (this.#endsMember(character)) {
        this.#take(text.slice(start, at));
        start = at + 1;
        const member = this.#endMember(character === "]");
        if (member) yield member;
      }
      if (character === "\n") this.#line += 1;
    }
    if (this.#place === "list") this.#take(text.slice(start));
  }

  /** Checks that the list is whole. */
  end(): void {
    const hasStarted = this.#place !== "before" || this.#outside.trim() !== "";
    if (!hasStarted) throw fileError("EMPTY_FILE", "the file is empty");
    if (this.#place === "before") throw this.#noList();
    const isWhole = this.#outside.trim() === (this.container === null ? "" : "}");
    if (this.#place === "list" || !isWhole) {
      throw fileError("TRUNCATED_JSON", "the file ends in the middle of its list", this.#line);
    }
  }

  #readOutside(character: string): void {
    this.#outside += character;
    if (this.#outside.length > PREFIX_CHARACTERS) throw this.#noList();
    if (this.#place === "after") {
      const text = this.#outside.trim();
      const isExpected = text === "" || (text === "}" && this.container !== null);
      if (!isExpected) throw this.#invalid("there is text after the list");
    } else if (character === "[" && this.#hasEvenQuotes()) {
      this.#openList(this.#outside.slice(0, -1));
    }
  }

  /** Whether the bracket stands outside the name of the list. */
  #hasEvenQuotes(): boolean {
    return (this.#outside.replace(/\\./g, "").split('"').length - 1) % 2 === 0;
  }

  #openList(prefix: string): void {
    if (prefix.trim() !== "") {
      const [, name] = WRAPPED_LIST.exec(prefix) ?? [];
      if (name === undefined) throw this.#noList();
      this.container = JSON.parse(name) as string;
    }
    this.#place = "list";
    this.#outside = "";
  }

  /** Follows the text within the list; true at the comma or bracket that ends a member. */
  #endsMember(character: string): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (character === "\\") this.#escaped = true;
      else if (character === '"') this.#inString = false;
      return false;
    }
    if (this.#depth === 0 && (character === "," || character === "]")) return true;
    if (this.#memberLine === null && character.trim() !== "") this.#memberLine = this.#line;
    if (character === '"') this.#inString = true;
    else if (character === "{" || character === "[") this.#depth += 1;
    else if (character === "}" || character === "]") this.#depth -= 1;
    if (this.#depth < 0) throw this.#invalid(`unexpected "${character}"`);
    return false;
  }

  #take(text: string): void {
    if (this.#member.length + text.length > this.#mostCharacters) this.#isTooLong = true;
    this.#member = this.#isTooLong ? "" : this.#member + text;
  }

  #endMember(isLast: boolean): JsonMember | null {
    const line = this.#memberLine;
    if (line === null && !(isLast && !this.#hasMembers)) {
      throw this.#invalid("a member of the list is missing");
    }
    const member = line === null ? null : { line, text: this.#isTooLong ? null : this.#member };
    this.#member = "";
    this.#memberLine = null;
    this.#isTooLong = false;
    this.#hasMembers = true;
    if (isLast) this.#place = "after";
    return member;
  }

  #invalid(reason: string): CliError {
    return fileError("INVALID_JSON", reason, this.#line);
  }

  #noList(): CliError {
    const text = this.#outside.trim();
    if (/^\{\s*("[^"]*"?\s*:?\s*)?$/.test(text)) {
      return fileError("TRUNCATED_JSON", "the file ends before its list begins", this.#line);
    }
    return this.#invalid('expected a list of rows, or one object around it: {"devices": […]}');
  }
}
