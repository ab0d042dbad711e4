/**
 * How much a test asks: in the suite enough to see what breaks, by `npm run campaign:long` as much
 * as the pages promise.
 */
export function campaignSize<T>({ suite, long }: { suite: T; long: T }): T {
  return process.env.CAMPAIGN === "long" ? long : suite;
}
