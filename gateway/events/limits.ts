/** Everything about the feed of events at the gateway that could grow, with its bound. */
export const FEED = {
  /** Events of a page, where nobody asks for another number, and at most. */
  events: 100,
  eventsMost: 1_000,
  /** How long whoever has read everything may wait for more, in seconds. */
  waitSeconds: 20,
  /** Requests of this process that wait, and of one subject of a client. */
  waiting: 500,
  waitingOfASubject: 10,
  /** How often it is asked for a tenant whether there is more, while somebody waits. */
  lookEveryMs: 300,
  positionCharacters: 512,
} as const;
