import { Lexer, Source, TokenKind } from "graphql";

/** What can be said of a document without parsing it. */
export interface TokenMeasure {
  tokens: number;
  /** Selections within one another. */
  levels: number;
  /** Lists and objects within one another in arguments and types. */
  literalLevels: number;
}

/**
 * Counts a document's tokens and its nesting, for the figures of a refusal: a parser that stopped
 * at a limit does not know by how much it was passed. What follows a character that begins no
 * token is not counted.
 */
export function measureTokens(text: string): TokenMeasure {
  const measure = { tokens: 0, levels: 0, literalLevels: 0 };
  const open = { levels: 0, literalLevels: 0, parentheses: 0 };
  const lexer = new Lexer(new Source(text));
  for (;;) {
    const kind = nextKind(lexer);
    if (kind === null || kind === TokenKind.EOF) return measure;
    measure.tokens++;
    if (kind === TokenKind.PAREN_L) open.parentheses++;
    if (kind === TokenKind.PAREN_R) open.parentheses--;
    const nesting = open.parentheses > 0 ? "literalLevels" : "levels";
    if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L) {
      measure[nesting] = Math.max(measure[nesting], ++open[nesting]);
    }
    if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R) open[nesting]--;
  }
}

function nextKind(lexer: Lexer): TokenKind | null {
  try {
    return lexer.advance().kind;
  } catch {
    return null;
  }
}
