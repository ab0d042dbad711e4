/** What came of one thing that was done together with others: its refusal is none of theirs. */
export type Outcome<Answer> = { answer: Answer } | { refusal: unknown };
